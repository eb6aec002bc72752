// Which drafts must not stay on this device: somebody else's, old ones, those that were saved, and all when their person signs out.
// Without script none is kept (`keep-draft.js`); and where a browser takes part, the server clears its storage at sign-out, too.
{
  const DRAFT = "evenhand.draft.";
  const TWO_WEEKS = 14 * 24 * 3600 * 1000;
  const mine = `${DRAFT}${document.currentScript.dataset.person}.`;

  const keptAt = (name) => {
    try {
      return JSON.parse(localStorage.getItem(name)).at;
    } catch {
      return 0;
    }
  };

  const wipe = (isMeant) => {
    for (const name of Object.keys(localStorage)) {
      if (name.startsWith(DRAFT) && isMeant(name)) localStorage.removeItem(name);
    }
  };

  try {
    wipe((name) => !name.startsWith(mine) || !(keptAt(name) > Date.now() - TWO_WEEKS));

    const saved = document.querySelector("[data-saved-drafts]")?.dataset.savedDrafts.split(" ") ?? [];
    const place = saved.find((name) => location.hash === `#saved-${name}`);
    if (place) {
      wipe((name) => name === mine + place);
      history.replaceState(history.state, "", location.pathname + location.search);
    }

    document.addEventListener("submit", ({ target }) => {
      if (!target.matches("[data-signs-out], [data-leave]")) return;
      wipe(() => true);
      // Heard by other windows, in which somebody may be typing still.
      localStorage.setItem("evenhand.signed-out", Date.now());
      localStorage.removeItem("evenhand.signed-out");
    });
  } catch {
    // Nothing was kept.
  }
}
