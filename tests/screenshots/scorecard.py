"""Pictures of the scorecard: on a desktop, on a phone, in dark mode, and printed."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser

from tests.screenshots.folder import FOLDER, checked


@dataclass(frozen=True)
class Shot:
    """A picture: its size, colour scheme and medium, and the element to scroll to (default: the top)."""

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


def take_all(browser: Browser, page: Path) -> Iterator[Path]:
    """Take each picture of `page`. Raises SystemExit when one is too large."""
    for shot in SHOTS:
        yield take(browser, page, shot)


def take(browser: Browser, page: Path, shot: Shot) -> Path:
    """Take one picture of `page`. Raises SystemExit when it is too large."""
    context = browser.new_context(
        viewport={"width": shot.width, "height": shot.height},
        color_scheme=shot.scheme,
        device_scale_factor=shot.scale,
    )
    tab = context.new_page()
    tab.emulate_media(media=shot.media, color_scheme=shot.scheme)
    tab.goto(page.as_uri())
    if shot.at and tab.locator(shot.at).count():
        tab.locator(shot.at).evaluate("(element) => element.scrollIntoView()")
    target = FOLDER / f"scorecard-{shot.name}.png"
    tab.screenshot(path=target)
    context.close()
    return checked(target)
