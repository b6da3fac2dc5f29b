"""The pages in a real browser: filters, print, phones, both languages, and who uses a screen reader.

They need Chromium, which is no Python package: without it they are skipped, and say so.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser import UNFOLD, audited, needs_chromium
from tests.limits import HANG_SECONDS
from tests.pipelines.publishing.scorecard.company import FIRST, LAST, PULLED, THROUGH, Company

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, needs_chromium]
DESKTOP, PHONE = (1280, 900), (360, 740)


@dataclass
class Tab:
    """A page in the browser, and what it did that it should not do."""

    page: "Page"
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def shown(self, selector: str) -> list[str]:
        """The ids of what can be seen."""
        return [
            element.get_attribute("id")
            for element in self.page.locator(selector).all()
            if element.is_visible()
        ]

    @property
    def lines(self) -> list[str]:
        """The key results of the table at the top, as they stand there."""
        rows = self.page.locator("tr[data-card]:not([hidden])").all()
        return [row.get_attribute("data-card").removeprefix("kr-grow-") for row in rows]

    @property
    def counted(self) -> str:
        return self.page.locator("#shown").inner_text()

    def choose(self, name: str, value: str) -> None:
        self.page.select_option(f"[data-filter={name}]", value)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of one company, in English; and in Spanish below `es`."""
    home = tmp_path_factory.mktemp("pages")
    (home / "es").mkdir()
    for locale, where in (("en", home), ("es", home / "es")):
        company = Company(where)
        company.run(sample_company=True)
        company.kpi()
        company.kpi(kpi="calls", label="Calls", unit="calls", precision=0, kind="stock")
        company.window()
        company.objective()
        company.objective(objective_id="later", name="Later", owner="ben@example.com", parent_id="grow",
                          period_start=date(2026, 10, 1), status="off_track")  # fmt: skip
        company.key_result(probability=Decimal("0.8"), trust="missing_days:3", deadline=date(2026, 12, 30),
                           required_rate=20, current_rate=3)  # fmt: skip
        company.key_result(key_result_id="grow/second", name="Second", status="off_track", score=Decimal("0.1"),
                           probability=Decimal("0.1"), deadline=date(2026, 12, 28))  # fmt: skip
        company.key_result(objective_id="later", key_result_id="grow/third", name="Third", score=Decimal("0.89"),
                           status="off_track", deadline=date(2026, 12, 29), kpi="calls")  # fmt: skip
        for day, actual, pace in ((FIRST, 0, 0), (THROUGH, 1234, 1800)):
            company.point(day, actual=actual, pace=pace)
        company.point(LAST, pace=2000, forecast_p10=1900, forecast_p50=2000, forecast_p90=2100)
        company.factors(56, [("widget", 60), ("gadget", -4)])
        for month, last in ((9, 30), (10, 31)):
            for kpi in ("revenue", "calls"):
                company.month(
                    date(2026, month, 1), date(2026, month, last), 30_000 * month, kpi=kpi
                )
        company.month(
            date(2026, 10, 1), date(2026, 10, 31), 700, dimension="product", member="widget"
        )
        for number in range(1, 25):
            for kpi in ("revenue", "calls"):
                if number == 15:
                    company.missing_day(date(2026, 11, number), kpi)
                else:
                    company.day(date(2026, 11, number), 30 + number, kpi=kpi)
        for place, odds in enumerate(("0.9", "0.7", "0.5", "0.3", "0.1")):
            for kpi in ("revenue", "calls"):
                company.target(kpi=kpi, odds=Decimal(odds), target=300_000 + 70_000 * place)
        for month, last in ((9, 30), (10, 31)):
            company.restatement(
                period_start=date(2026, month, 1), period_end=date(2026, month, last),
                old_value=5, new_value=6, restated_at=PULLED,
            )  # fmt: skip
        company.written(locale)
    return home


@pytest.fixture
def tab(browser, folder) -> Iterator:
    """Open a page: `tab()` is the scorecard; at the end nothing has been said or asked for."""
    opened: list[Tab] = []

    def open_(
        path: str = "scorecard.html", size: tuple[int, int] = DESKTOP, **options: object
    ) -> Tab:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
        context.set_default_timeout(HANG_SECONDS * 1000)
        made = Tab(context.new_page())
        made.page.on("console", lambda message: made.said.append(message.text))
        made.page.on("pageerror", lambda error: made.said.append(str(error)))
        made.page.on("request", lambda request: made.asked.append(request.url))
        name, hash_sign, wanted = path.partition("#")
        made.page.goto((folder / name).as_uri() + hash_sign + wanted)
        opened.append(made)
        return made

    yield open_
    for made in opened:
        made.page.context.close()
        assert made.said == [], "the console stays empty"
        assert all(url.startswith(folder.as_uri()) for url in made.asked), (
            "nothing outside is asked for"
        )


def test_filters_leave_what_fits_and_say_how_much_that_is(tab):
    scorecard = tab()
    assert scorecard.counted == "3 of 3 key results shown"
    scorecard.choose("status", "off_track")
    assert scorecard.shown("article.card") == ["kr-grow-second", "kr-grow-third"]
    assert scorecard.lines == ["second", "third"]
    scorecard.choose("owner", "ben@example.com")
    assert scorecard.shown("article.card") == ["kr-grow-third"]
    assert scorecard.shown("section.branch") == ["objective-grow", "objective-later"], (
        "its parent stays"
    )
    assert scorecard.counted == "1 of 3 key results shown"
    scorecard.choose("period", "2026-01-01/2026-12-31")
    assert scorecard.shown("article.card") == scorecard.shown("section.branch") == []
    scorecard.page.click("[data-reset]")
    assert len(scorecard.shown("article.card")) == 3
    assert scorecard.counted == "3 of 3 key results shown"


def test_the_table_can_be_put_in_another_order_and_back(tab):
    scorecard = tab()
    orders = {
        "score": ["second", "revenue", "third"],
        "odds": ["second", "revenue", "third"],
        "deadline": ["second", "third", "revenue"],
        "": ["revenue", "second", "third"],
    }
    for order, expected in orders.items():
        scorecard.choose("order", order)
        assert scorecard.lines == expected, order
    assert scorecard.page.locator("tr.objective").first.is_visible()


def test_a_line_leads_to_its_card_the_card_to_its_kpi_and_the_kpi_back(tab):
    scorecard = tab()
    page = scorecard.page
    page.click("[data-unfold]")
    page.click("tr[data-card=kr-grow-revenue] a")
    assert page.url.endswith("#kr-grow-revenue")
    page.evaluate(
        "document.querySelectorAll('#kr-grow-revenue details').forEach((one) => { one.open = true; })"
    )
    page.click("#kr-grow-revenue dl.source a")
    assert page.locator("h1").inner_text() == "Revenue"
    page.click("ul.uses a >> nth=0")
    assert page.url.endswith("scorecard.html#kr-grow-revenue")
    page.go_back()
    page.click("header a")
    assert page.locator("h1").inner_text() == "Objectives and key results"


def test_filters_live_in_the_address_and_the_back_button_undoes_them(tab):
    scorecard = tab()
    page = scorecard.page
    scorecard.choose("status", "off_track")
    scorecard.choose("owner", "ben@example.com")
    assert page.url.endswith("#owner=ben%40example.com&status=off_track")
    page.go_back()
    assert scorecard.lines == ["second", "third"]
    page.go_back()
    assert scorecard.counted == "3 of 3 key results shown"
    linked = tab("scorecard.html#status=attention&q=thi")
    assert linked.lines == ["third"]


def test_key_results_are_folded_below_their_objectives_at_first(tab):
    scorecard = tab()
    rows = scorecard.page.locator("tr.key-result")
    assert [row.is_visible() for row in rows.all()] == [False] * 3
    assert scorecard.page.locator("tr.objective").first.is_visible()
    scorecard.page.click("tr.objective .fold >> nth=0")
    assert [row.is_visible() for row in rows.all()] == [True, True, False]


def test_on_paper_there_are_no_controls_and_every_key_result_has_its_row(tab):
    scorecard = tab()
    page = scorecard.page
    page.emulate_media(media="print")
    assert all(row.is_visible() for row in page.locator("tr.key-result").all())
    assert not page.locator("#controls").is_visible()
    assert not page.locator("#objectives").is_visible(), "the evidence stays on the screen"
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


def test_without_scripts_the_page_is_whole(tab):
    scorecard = tab(java_script_enabled=False)
    assert not scorecard.page.locator("#controls").is_visible()
    assert len(scorecard.shown("article.card")) == 3
    if not scorecard.page.locator("#kr-grow-revenue .card-body").is_visible():
        scorecard.page.click("#kr-grow-revenue summary >> nth=0")
    assert scorecard.page.locator("#kr-grow-revenue table.factors").is_visible()


@pytest.mark.parametrize(
    "path", ["scorecard.html", "kpi/revenue.html", "es/scorecard.html", "es/kpi/revenue.html"]
)
def test_nothing_is_wider_than_a_phone(tab, path):
    page = tab(path, PHONE).page
    page.evaluate(UNFOLD)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]


def test_each_mark_of_a_chart_is_seen_and_has_its_text_beside_it(tab):
    page = tab("kpi/revenue.html").page
    for chart in page.locator("[aria-labelledby=history] figure").all():
        numbers = [mark.inner_html() for mark in chart.locator("g.mark text").all()]
        notes = chart.locator("ol.annotations li").all()
        assert numbers == [str(number) for number in range(1, len(notes) + 1)] != []
        assert all(
            element.is_visible() for element in (*notes, *chart.locator("g.mark circle").all())
        )
        box = chart.locator("svg").bounding_box()
        circle = chart.locator("g.mark circle").first.bounding_box()
        assert circle["y"] >= box["y"] - 1, "the mark is inside its chart"


def test_no_figure_of_an_axis_is_cut(tab):
    """`300 mil US$` is the longest; without its first digit it would be another figure."""
    page = tab("es/kpi/revenue.html", PHONE).page
    for chart in page.locator("main figure svg").all():
        edge = chart.bounding_box()["x"]
        labels = chart.locator(".grid text").all()
        assert [label.inner_html() for label in labels if label.bounding_box()["x"] < edge] == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
@pytest.mark.parametrize("path", ["kpi/revenue.html", "es/kpi/revenue.html"])
def test_no_word_of_a_ladder_covers_another_or_is_cut(tab, path, size):
    chart = tab(path, size).page.locator("[aria-labelledby=possible] figure svg").first
    inside = chart.bounding_box()
    boxes = [text.bounding_box() for text in chart.locator("text").all()]
    assert len(boxes) > 8
    for box in boxes:
        assert inside["x"] <= box["x"]
        assert box["x"] + box["width"] <= inside["x"] + inside["width"] + 1
    labels = sorted(
        (label.bounding_box() for label in chart.locator("text.goal-label").all()),
        key=lambda box: box["y"],
    )
    for above, below in pairwise(labels):
        assert above["y"] + above["height"] * 0.8 <= below["y"] + below["height"] * 0.2


def test_spanish_pages_speak_spanish(tab):
    scorecard = tab("es/scorecard.html")
    scorecard.choose("status", "off_track")
    assert scorecard.counted == "Se muestran 2 de 3 resultados clave"
    assert scorecard.page.title() == "Objetivos y resultados clave · 25 nov 2026"


@pytest.mark.parametrize(
    ("path", "scheme", "size"),
    [
        ("scorecard.html", "light", DESKTOP),
        ("es/scorecard.html", "dark", PHONE),
        ("kpi/revenue.html", "light", DESKTOP),
        ("kpi/calls.html", "dark", DESKTOP),
        ("es/kpi/revenue.html", "dark", PHONE),
    ],
)
def test_axe_finds_nothing_that_keeps_anyone_out(tab, path, scheme, size):
    page = tab(path, size, color_scheme=scheme).page
    audit = audited(page)
    assert audit.violations == []
    assert audit.passes > 20, "it looked"
