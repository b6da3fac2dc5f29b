"""Pictures of the scorecard: on a desktop, on a phone, in dark mode, printed, for the board, and of hard cases."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser

from tests.screenshots import variants
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
    Shot("desktop", 1440, 900),
    Shot("phone", 390, 1300),
    Shot("dark", 1440, 900, scheme="dark"),
    Shot("print", 794, 1123, media="print"),
)
"""Of the last run; `variants` has a desktop picture each."""


def take_all(browser: Browser, page: Path, published: Path) -> Iterator[Path]:
    """Take each picture of `page`, and those of the variants. Raises SystemExit when one is too large."""
    for shot in SHOTS:
        yield take(browser, page, shot)
    board = page.with_name("board.html")
    yield take(browser, board, Shot("board", 900, 1300))
    with variants.pages(published) as written:
        for name, variant in written.items():
            yield take(browser, variant, Shot(name, 1440, 900))


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
