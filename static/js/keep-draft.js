// Keeps what is typed in a form on this device, until it is saved or its person signs out, and brings it back. It sends nothing by itself.
// Without this file the form works, and nothing is kept. What must not stay is wiped by `drafts.js`.
for (const place of document.querySelectorAll("[data-draft]")) {
  const form = place.querySelector("form");
  const name = `evenhand.draft.${place.dataset.draft}`;
  let keeps = true;

  const say = (word, isTrue) => (place.querySelector(`[data-draft-says="${word}"]`).hidden = !isTrue);
  // Those are of one page, and the draft outlives it.
  const isTyped = (field) => field && field !== "once" && field !== "csrfmiddlewaretoken";
  const typed = (into = form) => [...new FormData(into)].filter(([field]) => isTyped(field));
  // Where the connection is slow, somebody types before this file is there.
  const asSent = form.cloneNode(true);
  asSent.reset();
  const asItCame = typed(asSent);
  const isAsItCame = () => JSON.stringify(typed()) === JSON.stringify(asItCame);

  const keep = () => {
    const fields = typed();
    try {
      if (!keeps) return;
      if (isAsItCame() && !("draftSent" in place.dataset)) localStorage.removeItem(name);
      else localStorage.setItem(name, JSON.stringify({ at: Date.now(), fields }));
      say("kept", localStorage.getItem(name) !== null);
    } catch {
      say("kept", false);
    }
  };

  const found = () => {
    try {
      return JSON.parse(localStorage.getItem(name))?.fields;
    } catch {
      return null;
    }
  };

  const bringBack = (fields) => {
    const of = (name, all) => all.filter(([field]) => field === name).map(([, value]) => value);
    const now = typed();
    for (const control of form.elements) {
      if (!isTyped(control.name)) continue;
      const values = of(control.name, fields);
      const isTouched = String(of(control.name, now)) !== String(of(control.name, asItCame));
      if (isTouched) {
        // Of two texts neither is lost.
        if (control.type === "textarea" && values[0] && values[0] !== control.value) control.value = `${values[0]}\n\n${control.value}`;
        continue;
      }
      if (control.type === "checkbox" || control.type === "radio") control.checked = values.includes(control.value);
      else if (values.length) control.value = values[0];
    }
  };

  // What the server has just sent back is newer than what was kept.
  const fields = "draftSent" in place.dataset ? null : found();
  if (fields) {
    bringBack(fields);
    say("back", !isAsItCame());
  }
  keep();

  form.addEventListener("input", keep);
  form.addEventListener("submit", (event) => {
    keep();
    say("online", false);
    say("offline", !navigator.onLine);
    if (!navigator.onLine) event.preventDefault();
  });
  addEventListener("online", () => {
    say("online", !place.querySelector('[data-draft-says="offline"]').hidden);
    say("offline", false);
  });
  place.querySelector("[data-draft-throw]").addEventListener("click", () => {
    form.reset();
    keep();
    say("back", false);
    form.querySelector("input:not([type=hidden]), textarea").focus();
  });
  // Its person has signed out in another window: from now on nothing is kept here either.
  addEventListener("storage", ({ key }) => {
    if (key !== null && key !== "evenhand.signed-out") return;
    keeps = false;
    say("kept", false);
  });
}
