"""Take a picture of a report with Chromium; the font Inter suits it best."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

REPORT, PICTURE = Path("build/demo/report.html"), Path("docs/report.png")
# Chromium must not look for updates, accounts or faster protocols while it shows a local page.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def main() -> int:
    """Take one picture; exit code 2 when Chromium or the report is missing."""
    parser = argparse.ArgumentParser(prog="python -m scripts.demo.screenshot", description=__doc__)
    parser.add_argument("--report", type=Path, default=REPORT, help="default: %(default)s")
    parser.add_argument("--picture", type=Path, default=PICTURE, help="PNG to write (default: %(default)s)")
    parser.add_argument("--width", type=int, default=1280, help="of the window (default: %(default)s)")
    parser.add_argument("--height", type=int, default=1600, help="0: the whole page (default: %(default)s)")
    parser.add_argument("--dark", action="store_true", help="in the dark colours")
    options = parser.parse_args()
    if not options.report.exists():
        print(f"{options.report} does not exist; `make demo` writes it", file=sys.stderr)
        return 2
    if not chromium_path():
        print("no chromium on PATH; on Debian: apt-get install chromium fonts-inter", file=sys.stderr)
        return 2
    options.picture.parent.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        page = browser.new_page(
            viewport={"width": options.width, "height": options.height or 900},
            color_scheme="dark" if options.dark else "light",
        )
        page.goto(options.report.resolve().as_uri())
        page.screenshot(path=options.picture, full_page=not options.height)
    print(f"{options.picture}: {options.picture.stat().st_size / 1000:.0f} kB")
    return 0


def chromium_path() -> str | None:
    """Chromium on PATH."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium, headless, with a profile of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))
        yield browser
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
