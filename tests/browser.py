"""A real browser for tests of pages. It is no Python package: without it the tests are skipped, and say so."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.publishing.board.printing import BROWSERS
from tests.limits import HANG_SECONDS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
OPTIONS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
UNFOLD = "document.querySelectorAll('details').forEach((one) => { one.open = true; })"
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")


@contextmanager
def chromium() -> Iterator["Browser"]:
    """Chromium until the block ends. In a test process nothing else may run an event loop meanwhile."""
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(
            executable_path=CHROMIUM, args=list(OPTIONS), timeout=HANG_SECONDS * 1000
        )
        yield browser
        browser.close()


@dataclass(frozen=True)
class Audit:
    """What axe says of a page: the rules that it breaks, each with an element, and how many it keeps."""

    violations: list[tuple[str, str]]
    passes: int


def audited(page: "Page") -> Audit:
    """The page with all that is folded opened, as axe finds it."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page.evaluate(UNFOLD)
    response: dict[str, Any] = axe.Axe().run(page).response
    return Audit(
        [(rule["id"], rule["nodes"][0]["html"]) for rule in response["violations"]],
        len(response["passes"]),
    )


def pages_of(pdf: bytes) -> int:
    """How many pages a PDF has, as Chromium writes it."""
    return len(re.findall(rb"/Type\s*/Page\b", pdf))
