// Puts a row elsewhere in its list by dragging its handle. Without this file, and by keyboard, the buttons beside it do the same.
for (const list of document.querySelectorAll("[data-drag-order]")) {
  const EDGE = 80;
  // The row that is dragged, and the one before which it would go: none for the end.
  let dragged = null;
  let next = null;

  const follower = () => dragged.nextElementSibling;
  const isElsewhere = () => next !== dragged && next !== follower();

  const mark = () => {
    for (const row of list.children) row.classList.remove("takes-before", "takes-after");
    if (!dragged || !isElsewhere()) return;
    if (next) next.classList.add("takes-before");
    else list.lastElementChild.classList.add("takes-after");
  };

  const stop = () => {
    dragged?.classList.remove("is-dragged");
    dragged = null;
    mark();
  };

  for (const handle of list.querySelectorAll("[data-drag-handle]")) {
    handle.hidden = false;
    handle.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || !event.isPrimary) return;
      event.preventDefault();
      handle.setPointerCapture(event.pointerId);
      dragged = next = handle.closest("li");
      dragged.classList.add("is-dragged");
    });
    handle.addEventListener("pointermove", ({ clientY }) => {
      if (!dragged) return;
      if (clientY < EDGE) scrollBy(0, -EDGE / 4);
      if (clientY > innerHeight - EDGE) scrollBy(0, EDGE / 4);
      const isBelow = (row) => clientY < (row.getBoundingClientRect().top + row.getBoundingClientRect().bottom) / 2;
      next = [...list.children].find(isBelow) ?? null;
      mark();
    });
    handle.addEventListener("pointerup", () => {
      if (dragged && isElsewhere()) {
        const form = handle.closest("form");
        form.elements.before.value = next?.dataset.key ?? "";
        form.elements.before.disabled = false;
        form.requestSubmit();
      }
      stop();
    });
    handle.addEventListener("lostpointercapture", stop);
  }
  addEventListener("keydown", ({ key }) => key === "Escape" && stop());
  // Coming back by the browser's arrow: the buttons mean what they say again.
  addEventListener("pageshow", () => list.querySelectorAll("[name=before]").forEach((field) => (field.disabled = true)));
}
