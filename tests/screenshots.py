"""The pictures of the scorecard for the documentation: `python -m tests.screenshots`.

They are taken of the scorecard that the last run wrote (OKRA_HOME) with Chromium, and put into docs/images.
"""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, sync_playwright

from pipelines import settings as okra_settings

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "images"
LARGEST = 300_000
"""Bytes that a picture may have: everyone who clones the repository gets it."""
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


@dataclass(frozen=True)
class Shot:
    """A picture: how wide and high, on what, and from which element on (the top without one)."""

    name: str
    width: int
    height: int
    scheme: Literal["light", "dark"] = "light"
    media: Literal["screen", "print"] = "screen"
    scale: float = 1
    at: str = ""


SHOTS = (
    Shot("desktop", 1280, 1500),
    Shot("phone", 360, 1200, scale=1.5, at="#kr-two-million-revenue"),
    Shot("dark", 1280, 1200, scheme="dark", at="#objective-two-million"),
    Shot("print", 794, 1123, media="print"),
)


def take(browser: Browser, page: Path, shot: Shot) -> Path:
    """Take one picture of `page`. Raises SystemExit when it is larger than it may be."""
    context = browser.new_context(
        viewport={"width": shot.width, "height": shot.height},
        color_scheme=shot.scheme,
        device_scale_factor=shot.scale,
    )
    tab = context.new_page()
    tab.emulate_media(media=shot.media, color_scheme=shot.scheme)
    tab.goto(page.as_uri())
    if shot.at and tab.locator(shot.at).count():
        tab.locator(shot.at).evaluate("(one) => one.scrollIntoView()")
    target = FOLDER / f"scorecard-{shot.name}.png"
    tab.screenshot(path=target)
    context.close()
    if target.stat().st_size > LARGEST:
        raise SystemExit(f"{target.name} has {target.stat().st_size:,} bytes; make it smaller")
    return target


def main() -> None:
    page = okra_settings.load().scorecard_path
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not page.exists() or chromium is None:
        raise SystemExit("run `okra run` first" if chromium else "there is no Chromium here")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=chromium, args=list(QUIET))
        for shot in SHOTS:
            target = take(browser, page, shot)
            sys.stdout.write(f"{target.name}: {target.stat().st_size:,} bytes\n")
        browser.close()


if __name__ == "__main__":
    main()
