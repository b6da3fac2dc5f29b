"""The page of a KPI: its months, its members, what was restated, and the SQL behind it."""

from datetime import date
from decimal import Decimal

from tests.pipelines.publishing.scorecard.conftest import PULLED, SQL


def lines(page, caption: str) -> list[list[str]]:
    """The body of the table with this caption, cell by cell."""
    [table] = [
        one
        for one in page.all("table")
        if one.all("caption") and one.one("caption").text == caption
    ]
    rows = table.one("tbody").all("tr")
    return [[cell.text for cell in row.children if not isinstance(cell, str)] for row in rows]


def test_the_newest_month_comes_first_with_its_change(company):
    company.month(date(2026, 9, 1), date(2026, 9, 30), 900)
    company.month(
        date(2026, 10, 1), date(2026, 10, 31), Decimal("855.5"), change=Decimal("-44.5"),
        change_pct=Decimal("-0.049444"), status="provisional", trust="missing_days",
    )  # fmt: skip
    page = company.written().kpi()
    assert lines(page, "Revenue by month") == [
        ["October 2026", "$855.50", "−$44.50 −4.9%", "may be restated", "days without data: ?"],
        ["September 2026", "$900", "", "complete", ""],
    ]
    bars = page.one("svg", class_="chart").all("rect", class_="bar")
    assert [bar.text for bar in bars] == ["September 2026: $900", "October 2026: $855.50"]


def test_a_level_is_a_line_and_a_month_that_is_not_known_is_a_dash(company):
    company.kpi(kpi="likes", label="Likes", kind="stock", unit="people", precision=0)
    for month, last, value in ((8, 31, 100), (9, 30, None), (10, 31, 120)):
        company.month(
            date(2026, month, 1), date(2026, month, last), value, kpi="likes", unit="people"
        )
    page = company.written().kpi("likes")
    assert page.one("path", class_="actual-line").attributes["d"].count(" ") == 3, "two points"
    assert [row[1] for row in lines(page, "Likes by month")] == ["120 people", "–", "100 people"]


def test_members_are_those_of_the_latest_whole_month_the_largest_first(company):
    first, last = date(2026, 10, 1), date(2026, 10, 31)
    company.month(first, last, 100)
    company.month(date(2026, 11, 1), date(2026, 11, 30), 7, complete=False, status="partial")
    named = {"dimension": "sales_rep"}
    company.month(first, last, 30, member="Ana", previous_value=20, change=10, **named)
    company.month(first, last, 70, member="<b>Ben</b>", **named)
    company.month(date(2026, 11, 1), date(2026, 11, 30), 7, member="Ana", complete=False, **named)
    assert lines(company.written().kpi(), "sales rep in October 2026") == [
        ["<b>Ben</b>", "$70", "–", ""],
        ["Ana", "$30", "$20", "+$10"],
    ]


def test_people_of_two_accounts_have_no_total_and_are_shown_by_account(company):
    company.kpi(kpi="visitors", label="Visitors", kind="distinct", unit="people", precision=0)
    for month, last, members in (
        (9, 30, {"de": 480, "fr": 290}),
        (10, 31, {"de": 500, "fr": 300}),
    ):
        for member, value in members.items():
            company.month(
                date(2026, month, 1), date(2026, month, last), value,
                kpi="visitors", unit="people", dimension="account", member=member,
            )  # fmt: skip
    page = company.written().kpi("visitors")
    assert "It has no total, as whoever two accounts counted would be in it twice." in page.text
    assert [row[:2] for row in lines(page, "account in October 2026")] == [
        ["de", "500 people"],
        ["fr", "300 people"],
    ]


def test_a_value_that_changed_after_it_was_published_is_shown_with_both(company):
    company.restatement(
        period_start=date(2026, 9, 1),
        old_value=900,
        new_value=Decimal("890.25"),
        restated_at=PULLED,
    )
    [line] = lines(company.written().kpi(), "Values that changed after they were first published")
    assert line[0] == "month Sep 1, 2026"
    assert line[2:4] == ["$900", "$890.25"]
    assert line[4].endswith("UTC")


def test_without_restatements_the_page_says_so(company):
    section = company.written().kpi().one("section", **{"aria-labelledby": "restatements"})
    assert "Nothing that was published has changed since." in section.text


def test_the_sql_stands_there_as_it_is_run(company):
    page = company.written().kpi()
    assert page.one("pre").one("code").children == [SQL]
    assert "models/kpis/kpi_revenue.sql" in page.text


def test_it_names_the_key_results_it_measures_and_leads_to_them(company):
    company.key_result(status="at_risk")
    [use] = company.written().kpi().one("ul", class_="uses").all("li")
    assert use.text == "At risk Sell more $1,234.50 of $2,000, no odds"
    assert use.one("a").attributes["href"] == "../scorecard.html#kr-grow-revenue"


def test_a_kpi_without_data_has_a_page_that_says_so(company):
    assert "There are no data of it yet." in company.written().kpi().text


def test_the_page_of_a_kpi_that_is_gone_goes_as_well(company):
    pages = company.written()
    left = pages.home / "kpi" / "left_over.html"
    left.write_text("old")
    company.written()
    assert not left.exists()
    assert (pages.home / "kpi" / "revenue.html").exists()


def test_the_chart_has_the_year_before_and_the_targets_of_whole_months(company):
    """October 2025 had 100, October 2026 has 200; a month is to have 400. A total of the year is no month's target."""
    company.month(date(2025, 10, 1), date(2025, 10, 31), 100)
    company.month(date(2026, 10, 1), date(2026, 10, 31), 200)
    company.month(date(2026, 11, 1), date(2026, 11, 30), 50, status="partial")
    company.key_result(
        key_result_id="grow/monthly", target=400, defined={"per": "month", "low": 400}
    )
    company.key_result(key_result_id="grow/yearly", target=2000)
    company.key_result(
        key_result_id="grow/widgets", target=300, defined={"per": "month", "where": "widget"}
    )
    chart = company.written().kpi().one("svg", class_="chart")
    assert [label.text for label in chart.all("text", class_="goal-label")] == ["Target $400"]
    dashes = chart.one("path", class_="year-before").attributes["d"]
    assert dashes.count("M") == 1, "of October alone: November is still open"
    october = chart.all("rect", class_="bar")[1]
    # 100 is half as high as 200
    height, top = (float(october.attributes[name]) for name in ("height", "y"))
    assert abs(float(dashes.split()[1].partition("h")[0]) - (top + height / 2)) < 0.2
