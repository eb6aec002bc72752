// Opens the place for a few words when a low answer is chosen. Without this file it is opened by hand.
for (const form of document.querySelectorAll("form[data-low]")) {
  const low = form.dataset.low.split(" ");
  const open = () => {
    if (low.includes(form.querySelector("[name=answer]:checked")?.value)) form.querySelector("details").open = true;
  };
  // A quick thumb chose before this file was there.
  open();
  form.addEventListener("change", ({ target }) => target.name === "answer" && open());
}
