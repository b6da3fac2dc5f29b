"""What stands on the board's page, from a published file made by hand."""

import base64
import hashlib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.publishing.board.board import MAX_LINES
from pipelines.publishing.board.printing import PrintingError, print_page
from pipelines.publishing.board.writing import write_board
from pipelines.publishing.language.language import Language
from tests.pipelines.publishing.scorecard.company import AS_OF, Company
from tests.pipelines.publishing.scorecard.pages import Element, parsed

WEEK_BEFORE = date(2026, 11, 17)
BEHIND = {"status": "at_risk", "probability": Decimal("0.45"), "forecast_p50": 1900}


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """A company with a run, an objective, a KPI and its source; the key results are the test's."""
    made = Company(tmp_path)
    made.run()
    made.objective()
    made.kpi()
    made.window()
    return made


def html(company: Company, locale: str = "en", *, appendix: bool = False) -> str:
    page = company.home / "board.html"
    write_board(company.publish(), page, Language(locale), AS_OF, appendix=appendix)
    return page.read_text(encoding="utf-8")


def goals(page: Element) -> list[str]:
    """The lines below the head of the table of all goals."""
    return [row.text for row in page.one("table", class_="goals").all("tr")[1:]]


def test_a_goal_that_is_behind_stands_with_owner_gap_and_what_would_be_enough(company):
    company.key_result(**BEHIND)
    company.add(
        "key_result_levers",
        {},
        {
            "objective_id": "grow", "unit": "USD", "run_id": "run-7", "why": "",
            "as_of": AS_OF, "key_result_id": "grow/revenue", "window": "total", "asked_member": "total",
            "member": "total", "driver": "volume", "dimension": "total", "rank": 1, "possible": True,
            "change": 185, "current_rate": 20, "needed_rate": 25,
        },
    )  # fmt: skip
    row = parsed(html(company)).one("table", class_="tasks").all("tr")[1]
    # 2,000 less the forecast of 1,900; 25 a day less 20 a day
    assert row.text == (
        "At risk Sell more ana@example.com $100 short $5 more a day, $25 instead of $20, would be enough. Dec 31"
    )


def test_each_line_has_actual_forecast_and_target_score_odds_and_what_changed(company):
    company.objective(as_of=WEEK_BEFORE)
    company.part(as_of=WEEK_BEFORE, status="on_track", probability=Decimal("0.82"))
    company.key_result(**BEHIND)
    page = parsed(html(company))
    objective, key_result = goals(page)
    assert objective.startswith("At risk no odds Grow ana@example.com")
    assert key_result.startswith("At risk odds 45% Sell more $1,234.50 of $2,000.")
    # 1,234.5 / 2,000 = 61.7 %; 45 % less 82 %
    assert key_result.endswith(
        "$1,234.50 → $1,900 → $2,000 61% pace 90% was on track, odds −37 points"
    )
    assert page.one("p", class_="summary").text == (
        "1 key result in 1 objective: 1 at risk; since Nov 17, 1 got worse and 0 got better."
    )


def test_nothing_is_compared_where_there_is_no_earlier_day(company):
    company.key_result()
    page = parsed(html(company))
    assert page.one("p", class_="summary").text == "1 key result in 1 objective: 1 on track."
    assert page.all("th", class_="since") == []
    assert "No key result needs attention." in page.text


def test_a_goal_per_window_shows_its_open_window(company):
    company.key_result(
        defined={"per": "month"}, open_window="2026-11", window_actual=700,
        window_forecast_p50=Decimal("960.4"), target=950,
    )  # fmt: skip
    assert "$700 → $960.40 → $950 November" in goals(parsed(html(company)))[1]


def test_what_a_goal_per_window_lacks_is_windows_though_the_open_one_has_something_to_spare(
    company,
):
    company.key_result(
        status="off_track", target=3, gap=-1, unit="sessions", defined={"per": "week"}, open_window="2026-W48",
        window_forecast_p50=4, windows_met=14, windows_over=20, windows_needed=18, windows_in_all=25,
    )  # fmt: skip
    [_, task] = parsed(html(company)).one("table", class_="tasks").all("tr")
    assert task.all("td")[1].text == "14 of 20 weeks met it; 18 of 25 are needed"


def test_a_goal_for_each_member_shows_how_many_meet_it(company):
    company.key_result(defined={"for_each": "sales_rep"}, members_met=2, members_judged=5)
    assert "2 of 5 members are on pace" in goals(parsed(html(company)))[1]


def test_what_is_not_known_is_a_dash_and_a_settled_goal_has_no_odds(company):
    company.key_result(status="no_data", actual=None, score=None, expected=None)
    company.key_result(key_result_id="grow/past", name="Past", status="missed", probability=0)
    without, missed = goals(parsed(html(company)))[1:]
    assert missed.startswith("No data no odds Sell more") or without.startswith("No data no odds")
    assert any(line.startswith("Missed Past") for line in (without, missed))
    assert any("There are no data yet. – –" in line for line in (without, missed))


def test_names_from_outside_are_text(company):
    company.objective(objective_id="other", name="<b>Bold</b>", owner="<i>")
    company.key_result(name="<script>alert(1)</script>", **BEHIND)
    page = parsed(html(company, appendix=True))
    assert page.all("b") == page.all("i") == page.all("script") == []
    assert "<script>alert(1)</script>" in page.text


def test_the_evidence_is_an_appendix_on_request(company):
    company.key_result(trust="missing_days:3")
    assert "shop.orders" not in html(company)
    section = parsed(html(company, appendix=True)).one("section", class_="appendix")
    assert section.all("tr")[1].text == (
        "Sell more Revenue shop.orders Nov 24, 2026 days without data: 3"
    )


def test_a_failed_source_and_data_in_doubt_are_marked(tmp_path):
    company = Company(tmp_path)
    company.run(failed_sources=["shop"])
    company.objective()
    company.kpi()
    company.key_result()
    page = parsed(html(company))
    assert page.one("p", class_="warning").text.startswith("The last pull failed for: shop.")
    assert "Sell more in doubt" in goals(page)[1]


def test_the_page_is_in_the_language_of_the_reader(company):
    company.key_result(**BEHIND)
    page = html(company, "es")
    assert '<html lang="es">' in page
    assert "Requieren atención" in page
    assert "Needs attention" not in page


def test_the_page_loads_nothing_and_may_use_its_own_style_alone(company):
    company.key_result(**BEHIND)
    text = html(company, appendix=True)
    page = parsed(text)
    style = text.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = page.one("meta", **{"http-equiv": "Content-Security-Policy"}).attributes["content"]
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert "http://" not in text
    assert "https://" not in text
    assert " style=" not in text


def test_without_a_browser_it_says_what_to_do_instead(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("pipelines.publishing.board.printing.BROWSERS", ("chromium",))
    page = tmp_path / "board.html"
    with pytest.raises(PrintingError) as refused:
        print_page(page, tmp_path / "board.pdf")
    assert str(refused.value) == (
        f"there is no Chromium or Chrome to print with; open {page} in a browser and print it"
    )


def test_of_too_many_goals_the_board_has_the_upper_objectives_and_the_number_of_the_others(
    company,
):
    for number in range(MAX_LINES):
        company.key_result(key_result_id=f"grow/kr-{number}", name=f"Goal {number}", **BEHIND)
    page = parsed(html(company))
    # the objective alone: with its key results there is one line too many
    assert len(goals(page)) == 1
    assert f"and {MAX_LINES} more; the pages of the scorecard have all." in page.text
