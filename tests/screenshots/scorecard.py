"""Pictures of every page: on a desktop, on a phone, in dark mode, printed, in Spanish, and of hard cases."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser

from tests.screenshots import variants
from tests.screenshots.folder import FOLDER, checked


@dataclass(frozen=True)
class Shot:
    """A picture: the page by the name that `variants.pages` gives it, its size, colour scheme and medium."""

    name: str
    page: str
    width: int = 1440
    height: int = 900
    scheme: Literal["light", "dark"] = "light"
    media: Literal["screen", "print"] = "screen"


SHOTS = (
    Shot("desktop", "scorecard"),
    Shot("phone", "scorecard", width=390, height=1300),
    Shot("dark", "scorecard", scheme="dark"),
    Shot("print", "scorecard", width=794, height=1123, media="print"),
    Shot("board", "board", width=900, height=1300),
    Shot("owner", "owner"),
    Shot("kpi", "kpi"),
    Shot("digest", "digest", width=720, height=1100),
    *(
        Shot(variant.name, variant.name)
        for variant in variants.VARIANTS
        if variant.name != variants.PUBLISHED
    ),
)
OWNER, KPI = "sales@example.com", "net_revenue"
"""Whose page is shown, and which KPI's."""


def take_all(browser: Browser, published: Path) -> Iterator[Path]:
    """Take each picture of the pages of a published file. Raises SystemExit when one is too large."""
    with variants.pages(published, OWNER, KPI) as pages:
        for shot in SHOTS:
            yield take(browser, pages[shot.page], shot)


def take(browser: Browser, page: Path, shot: Shot) -> Path:
    """Take one picture of `page`. Raises SystemExit when it is too large."""
    context = browser.new_context(
        viewport={"width": shot.width, "height": shot.height}, color_scheme=shot.scheme
    )
    tab = context.new_page()
    tab.emulate_media(media=shot.media, color_scheme=shot.scheme)
    tab.goto(page.as_uri())
    target = FOLDER / f"scorecard-{shot.name}.png"
    tab.screenshot(path=target)
    context.close()
    return checked(target)
