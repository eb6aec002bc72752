// Opens the place for a few words when a low answer is chosen. Without this file it is opened by hand.
for (const form of document.querySelectorAll("form[data-low]")) {
  const low = form.dataset.low.split(" ");
  form.addEventListener("change", ({ target }) => {
    if (target.name === "answer" && low.includes(target.value)) form.querySelector("details").open = true;
  });
}
