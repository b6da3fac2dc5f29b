"""The scorecard as people meet it: on a desk, on a phone, at night, on paper."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser

from tests.screenshots.folder import FOLDER, checked


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


def take_all(browser: Browser, page: Path) -> Iterator[Path]:
    """Take each picture of `page`. Raises SystemExit when one is larger than it may be."""
    for shot in SHOTS:
        yield take(browser, page, shot)


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
    return checked(target)
