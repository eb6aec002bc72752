// Shows what only works with script. Without this file it stays hidden, and the other ways remain.
for (const element of document.querySelectorAll("[data-needs-script]")) {
  element.hidden = false;
}
