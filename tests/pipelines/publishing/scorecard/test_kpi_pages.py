"""The page of a KPI: its months, its members, what was restated, and the SQL behind it."""

from datetime import date
from decimal import Decimal

from tests.pipelines.publishing.scorecard.company import PULLED, SQL


def lines(page, caption: str) -> list[list[str]]:
    """The body of the table with this caption, cell by cell."""
    [table] = [
        candidate
        for candidate in page.all("table")
        if candidate.all("caption") and candidate.one("caption").text == caption
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
    line = page.one("path", class_="actual-line").attributes["d"]
    assert line.count("M") == 2, (
        "two dots: nothing joins what is before the gap to what is after it"
    )
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
        ["<b>Ben</b>", "$70", "–", "", "–", ""],
        ["Ana", "$30", "–", "", "$20", "+$10"],
    ]


def test_members_are_held_against_the_year_before_where_it_lacks_no_day(company):
    """Ana had 40 in October 2025 and Ben 50; Kim's 10 were counted on a part of the days, and New was not there."""
    now, before = (date(2026, 10, 1), date(2026, 10, 31)), (date(2025, 10, 1), date(2025, 10, 31))
    company.month(*now, 190)
    for member, value in (("Ana", 90), ("Ben", 45), ("Kim", 30), ("New", 25), ("unknown", 1)):
        company.month(*now, value, dimension="sales_rep", member=member)
    for member, value, trust in (
        ("Ana", 40, "ok"), ("Ben", 50, "ok"), ("Kim", 10, "missing_days"), ("unknown", 1, "ok"),
    ):  # fmt: skip
        company.month(*before, value, dimension="sales_rep", member=member, trust=trust)
    assert [line[:4] for line in lines(company.written().kpi(), "sales rep in October 2026")] == [
        ["Ana", "$90", "$40", "+$50"],
        ["Ben", "$45", "$50", "−$5"],
        ["Kim", "$30", "$10", ""],
        ["New", "$25", "–", ""],
        ["unknown", "$1", "$1", "unchanged"],
    ]


def test_of_many_members_the_largest_are_shown_and_the_others_counted(company):
    first, last = date(2026, 10, 1), date(2026, 10, 31)
    company.month(first, last, 105)
    for value in range(1, 15):
        company.month(first, last, value, dimension="sales_rep", member=f"rep {value:02}")
    page = company.written().kpi()
    members = [line[0] for line in lines(page, "sales rep in October 2026")]
    assert members == [f"rep {value:02}" for value in range(14, 2, -1)]
    assert "and 2 others" in page.one("section", **{"aria-labelledby": "members"}).text


def test_members_of_a_kpi_that_is_given_by_the_quarter_are_those_of_a_quarter(company):
    company.kpi(every="quarter")
    quarter = {"period": "quarter", "start": date(2026, 7, 1), "end": date(2026, 9, 30)}
    company.month(value=9, **quarter)
    company.month(value=9, dimension="team", member="sales", **quarter)
    assert lines(company.written().kpi(), "team in Q3 2026")[0][:2] == ["sales", "$9"]


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
    assert "It has no total: a person whom two accounts counted would be in it twice." in page.text
    assert [row[:2] for row in lines(page, "account in October 2026")] == [
        ["de", "500 people"],
        ["fr", "300 people"],
    ]


def test_a_value_that_changed_after_it_was_published_is_shown_with_both(company):
    company.restatement(
        period_start=date(2026, 9, 1),
        period_end=date(2026, 9, 30),
        old_value=900,
        new_value=Decimal("890.25"),
        restated_at=PULLED,
    )
    [line] = lines(company.written().kpi(), "Values that changed after they were first published")
    assert line == ["September 2026", "$900", "$890.25", "Nov 25, 2026, 6:30 AM UTC"]


def test_of_many_restatements_the_latest_totals_are_listed_and_the_others_counted(company):
    """13 months, a day and a member: 12 months are listed, 3 figures are others."""
    changed = {"old_value": 1, "new_value": 2, "restated_at": PULLED}
    for month in range(13):
        start = date(2025 + month // 12, month % 12 + 1, 1)
        company.restatement(period_start=start, period_end=start.replace(day=28), **changed)
    day = date(2026, 1, 5)
    company.restatement(period="day", period_start=day, period_end=day, **changed)
    company.restatement(
        dimension="product", member="widget", period_start=day, period_end=day, **changed
    )
    page = company.written().kpi()
    assert len(lines(page, "Values that changed after they were first published")) == 12
    assert "3 other figures have changed: of other periods and of members." in page.text
    assert "widget" not in page.one("section", **{"aria-labelledby": "restatements"}).text


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
