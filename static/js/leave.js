// Leaving quickly: the page is gone at the press, and its place in the history is the front door's.
// Without this file the button still signs out and goes to a neutral page.
for (const form of document.querySelectorAll("form[data-leave]")) {
  form.addEventListener("submit", () => {
    document.documentElement.hidden = true;
    document.title = "";
    history.replaceState(null, "", "/");
  });
}
