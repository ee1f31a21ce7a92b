"""Finding a Chromium that Playwright can drive: the system's, or Playwright's own."""

from __future__ import annotations

import shutil
from pathlib import Path

#: In this order; Debian's first, because it is what the build machine installs.
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: Where macOS keeps them.
APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
#: Nothing but our own pages: no updates, no telemetry, no other protocol; works as root and with a small /dev/shm.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
]
HOW_TO_INSTALL = (
    "There is no Chromium here. Install one: `apt-get install chromium fonts-noto-cjk` (Debian, Ubuntu),"
    " `brew install --cask chromium` (macOS), or `.venv/bin/python -m playwright install chromium`."
)


def find_chromium() -> str | None:
    """Return the path of a Chromium or Chrome, or None."""
    for name in NAMES:
        found = shutil.which(name)
        if found is not None:
            return found
    for application in APPLICATIONS:
        if Path(application).exists():
            return application
    return _playwrights_own()


def _playwrights_own() -> str | None:
    from playwright.sync_api import Error, sync_playwright

    try:
        with sync_playwright() as playwright:
            path = playwright.chromium.executable_path
    except Error:
        return None
    return path if Path(path).exists() else None
