"""The board's page in a real browser: how many pages it prints, and who uses a screen reader.

It needs Chromium, which is no Python package: without it the tests are skipped, and say so.
"""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.publishing.board.printing import print_page
from pipelines.publishing.board.writing import write_board
from pipelines.publishing.language.language import Language
from tests.browser import audited, needs_chromium, pages_of
from tests.pipelines.publishing.scorecard.company import AS_OF, Company

pytestmark = [pytest.mark.browser, needs_chromium]
LONG = "Every customer who asks for help is answered on the same day, in all of our languages"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a company with twelve key results, all of them behind; and with the appendix."""
    home = tmp_path_factory.mktemp("board")
    company = Company(home)
    company.run(sample_company=True)
    company.kpi()
    company.window()
    for number in range(6):
        company.objective(objective_id=f"goal-{number}", name=f"{LONG} {number}",
                          parent_id="goal-0" if number else None)  # fmt: skip
        company.objective(objective_id=f"goal-{number}", as_of=date(2026, 11, 17))
        for part in ("first", "second"):
            company.key_result(
                objective_id=f"goal-{number}", key_result_id=f"goal-{number}/{part}", name=f"{LONG}, {part}",
                status="off_track", probability=Decimal("0.12"), forecast_p10=1500, forecast_p50=1700,
                forecast_p90=1900,
            )  # fmt: skip
    published = company.publish()
    for locale in ("en", "es"):
        write_board(published, home / f"{locale}.html", Language(locale), AS_OF)
    write_board(published, home / "appendix.html", Language("en"), AS_OF, appendix=True)
    return home


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize("locale", ["en", "es"])
def test_twelve_key_results_are_at_most_two_pages(browser, pages, locale, paper):
    page = browser.new_page()
    page.goto((pages / f"{locale}.html").as_uri())
    printed = page.pdf(format=paper, prefer_css_page_size=True, print_background=False)
    page.close()
    assert 1 <= pages_of(printed) <= 2


def test_the_machines_browser_prints_it_and_the_appendix_has_a_page_of_its_own(pages):
    print_page(pages / "en.html", pages / "en.pdf")
    print_page(pages / "appendix.html", pages / "appendix.pdf")
    bare, whole = ((pages / name).read_bytes() for name in ("en.pdf", "appendix.pdf"))
    assert bare.startswith(b"%PDF-")
    assert pages_of(whole) == pages_of(bare) + 1
    assert list(pages.glob("printing-*")) == []


@pytest.mark.parametrize("size", [(1280, 900), (360, 740)])
def test_axe_finds_nothing_that_keeps_anyone_out(browser, pages, size):
    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto((pages / "appendix.html").as_uri())
    audit = audited(page)
    page.close()
    assert audit.violations == []
    assert audit.passes > 20, "it looked"
    assert said == []
