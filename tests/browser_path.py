"""Prints the path of a browser for the tests; as a last resort it installs one. `python -m tests.browser_path`

In order: BROWSER_PATH; Chromium, Chrome or Edge on this machine; Playwright's own; as root, Debian's. Wherever there is one without
windows it is taken: the same pages cost it a quarter less. Never with `--with-deps`, which changes a machine more than a test may.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
)
APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
NONE_FOUND = (
    "No browser was found for the browser tests, and none could be installed. Install Chromium or Chrome, "
    "or set BROWSER_PATH to one (its name ends in chrome, chromium, msedge or headless-shell)."
)


def find() -> str | None:
    if given := os.environ.get("BROWSER_PATH"):
        return given
    return next(filter(None, map(shutil.which, NAMES)), None) or next((path for path in APPLICATIONS if Path(path).exists()), None)


def playwrights_own(*, install: bool) -> str | None:
    from playwright.sync_api import sync_playwright

    if install and not _works([sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"]):
        return None
    with sync_playwright() as playwright:
        folder = Path(playwright.chromium.executable_path).parent.parent.parent
    return next(
        (str(path) for path in sorted(folder.glob("chromium*/*/*")) if path.name in {"chrome-headless-shell", "headless_shell", "chrome"}),
        None,
    )


def from_debian() -> str | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    # The list of packages may be missing or old, and not every release has the one without windows.
    commands = [["apt-get", "install", "-y", "--no-install-recommends", package] for package in ("chromium-headless-shell", "chromium")]
    if not any(map(_works, commands)):
        _works(["apt-get", "update"])
        any(map(_works, commands))
    return next(filter(None, map(shutil.which, NAMES)), None)


def _works(command: list[str]) -> bool:
    """What it prints goes to stderr: our own output is the path alone."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(command, stdout=sys.stderr, stdin=subprocess.DEVNULL, env=environment, check=False).returncode == 0


if __name__ == "__main__":
    path = find() or playwrights_own(install=False) or playwrights_own(install=True) or from_debian()
    if not path:
        sys.exit(NONE_FOUND)
    print(path)
