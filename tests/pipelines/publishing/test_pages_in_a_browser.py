"""Every page that the documentation pictures, in a real browser: who uses a screen reader, a phone or paper.

The company is made by hand: twelve key results with long names, of each kind that has a row of its own form.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.browser import UNFOLD, audited, needs_chromium, pages_of
from tests.pipelines.publishing.scorecard.company import AS_OF, FIRST, LAST, THROUGH, Company
from tests.screenshots.variants import PUBLISHED, VARIANTS, pages

pytestmark = [pytest.mark.browser, needs_chromium]
OWNER = "operations.and.logistics@example.com"
WEEK_BEFORE = date(2026, 11, 18)
LONG = "Every customer who asks for help is answered on the same day, in all of our languages"
KINDS = ("scorecard", "board", "owner", "kpi", "digest")
NAMES = (*KINDS, *(x.name for x in VARIANTS if x.name != PUBLISHED))
DESKTOP, PHONE = (1440, 900), (360, 740)


def company(home: Path) -> Path:
    """The published file of six objectives with two key results each; one total, one with windows and members."""
    made = Company(home)
    made.run(sample_company=True)
    made.run(as_of=WEEK_BEFORE, run_id="run-6")
    made.kpi(sources="stripe.orders")
    made.kpi(kpi="calls", label="Calls", unit="calls", precision=0)
    made.window(source="stripe")
    made.factors(56, [("widget", 60), ("gadget", -4)])
    for month, last in ((9, 30), (10, 31)):
        made.month(date(2026, month, 1), date(2026, month, last), 1000 * month)
    for number, status in enumerate(
        ("off_track", "at_risk", "on_track", "achieved", "missed", "on_track")
    ):
        objective, total, repeated = f"goal-{number}", f"goal-{number}/total", f"goal-{number}/each"
        for day, add in ((AS_OF, made.key_result), (WEEK_BEFORE, made.part)):
            made.objective(as_of=day, objective_id=objective, name=f"{LONG} {number}", owner=OWNER, status=status,
                           parent_id="goal-0" if number else None, parts=2, parts_on_track=1, bar=Decimal("0.9"),
                           probability=Decimal("0.5"), forecast_score_p10=Decimal("0.4"),
                           forecast_score_p50=Decimal("0.6"), forecast_score_p90=Decimal("0.8"))  # fmt: skip
            add(as_of=day, objective_id=objective, key_result_id=total, name=f"{LONG}, in total", status=status,
                probability=Decimal("0.12"), forecast_p10=1500, forecast_p50=1700, forecast_p90=1900,
                gap=Decimal("765.5"))  # fmt: skip
            add(as_of=day, objective_id=objective, key_result_id=repeated, name=f"{LONG}, each week", kpi="calls",
                unit="calls", target=7, actual=5, gap=2, status=status, windows_met=8, windows_over=20,
                windows_needed=40, windows_in_all=51, open_window="2026-W48", window_actual=3,
                window_probability=Decimal("0.4"), window_forecast_p50=6, probability=Decimal("0.3"))  # fmt: skip
        made.lever(
            objective_id=objective, key_result_id=total, change=300, current_rate=5, needed_rate=6
        )
        for day, actual, pace in ((FIRST, 0, 0), (THROUGH, 1234, 1800)):
            made.point(day, key_result_id=total, actual=actual, pace=pace)
        ends = {"forecast_p10": 1500, "forecast_p50": 1700, "forecast_p90": 1900}
        made.point(LAST, key_result_id=total, pace=2000, **ends)
    return made.publish()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    with pages(company(tmp_path_factory.mktemp("published")), OWNER, "revenue") as by_name:
        assert by_name.keys() == set(NAMES)
        yield by_name


@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing_on_any_page(browser, written, name):
    """In light and dark, wide and narrow: half of the looks each, as colours and widths do not depend on each other."""
    for scheme, size in (("light", DESKTOP), ("dark", PHONE)):
        if name == "300-key-results" and scheme == "dark":
            continue  # the rows are those of the scorecard
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme=scheme
        )
        page = context.new_page()
        page.goto(written[name].as_uri())
        audit = audited(page)
        wide = page.evaluate("document.documentElement.scrollWidth")
        context.close()
        assert (audit.violations, wide) == ([], size[0]), (name, scheme)
        assert audit.passes > 10, "it looked"


@pytest.mark.parametrize("name", ["scorecard", "spanish", "failed-source", "no-odds"])
def test_the_first_screen_has_what_needs_attention_and_every_objective(browser, written, name):
    page = browser.new_page(viewport={"width": DESKTOP[0], "height": DESKTOP[1]})
    page.goto(written[name].as_uri())
    assert page.locator(".attention tbody tr:visible").count() >= 3
    assert_on_screen(page, ".attention tbody tr:visible, tr.objective", objectives=6)
    page.close()


def assert_on_screen(page, rows: str, objectives: int) -> None:
    assert page.locator("tr.objective:visible").count() == objectives
    ends = [
        box["y"] + box["height"] for box in (x.bounding_box() for x in page.locator(rows).all())
    ]
    assert max(ends) <= page.viewport_size["height"]


@pytest.mark.parametrize("name", ["scorecard", "board", "spanish"])
def test_twelve_key_results_with_long_names_are_two_pages_of_paper(browser, written, name):
    page = browser.new_page()
    page.goto(written[name].as_uri())
    printed = page.pdf(format="A4", prefer_css_page_size=True)
    page.close()
    assert 1 <= pages_of(printed) <= 2


def test_no_line_ends_within_a_number_or_the_words_of_an_address(browser, written):
    page = browser.new_page(viewport={"width": 690, "height": 1000})  # A4 without its margins
    page.emulate_media(media="print")
    page.goto(written["scorecard"].as_uri())
    page.evaluate(UNFOLD)
    torn = page.evaluate(
        """() => [...document.querySelectorAll(".standings .number, .standings .owner")].flatMap((cell) => {
            const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT), found = [];
            while (texts.nextNode()) for (const word of texts.currentNode.data.matchAll(/[^\\s@]+/g)) {
                const range = document.createRange();
                range.setStart(texts.currentNode, word.index);
                range.setEnd(texts.currentNode, word.index + word[0].length);
                if (range.getClientRects().length > 1) found.push(word[0]);
            }
            return found;
        })"""
    )
    page.close()
    assert torn == []
