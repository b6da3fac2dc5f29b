"""What moved a goal, what would bring it back, and whom a card names."""

from datetime import date
from decimal import Decimal

from tests.pipelines.publishing.scorecard.company import FIRST, LAST


def test_what_moved_a_goal_names_nobody_where_the_goal_does_not(company):
    by_product = {"for_each": "product", "per": "month"}
    hidden = '{"name_members": false}'
    company.key_result(key_result_id="grow/open", defined=by_product)
    company.key_result(key_result_id="grow/hidden", defined=by_product | {"definition": hidden})
    company.factors(5, [("kim", 3), ("lee", 2)])
    pages = company.written()
    assert "kim" in pages.card("grow-open").text
    assert "kim" not in pages.card("grow-hidden").text
    assert "+$5 in Nov 1, 2026" in pages.card("grow-hidden").text


def test_the_parts_of_a_change_that_are_not_shown_are_summed(company):
    company.key_result()
    parts = [
        ("a", 50),
        ("b", -30),
        ("c", 20),
        ("d", 10),
        ("e", 5),
        ("f", 3),
        ("g", Decimal("-1.25")),
    ]
    company.factors(Decimal("56.75"), parts)
    moved = company.written().card().one("div", class_="moved")
    assert moved.one("p", class_="change").text == (
        "+$56.75 in Nov 1, 2026 – Nov 24, 2026, against Oct 1, 2026 – Oct 24, 2026"
    )
    rows = moved.one("table", class_="factors").one("tbody").all("tr")
    assert {row.one("th").text: row.one("td").text for row in rows} == {
        "a": "+$50", "b": "−$30", "c": "+$20", "d": "+$10", "e": "+$5", "2 others": "+$1.75",
    }  # fmt: skip
    directions = [row.one("rect").attributes["class"] for row in rows]
    assert directions == ["up", "down", "up", "up", "up", "up"]


def test_the_distance_to_the_target_is_split_as_well(company):
    company.key_result()
    company.factors(
        Decimal("-765.5"), [("widget", Decimal("-765.5"))], compared_with="target", reference="grow/revenue",
        period="course", period_start=FIRST, period_end=LAST,
    )  # fmt: skip
    card = company.written().card()
    assert "−$765.50 against the target of $2,000, with 37 days to go" in card.text, (
        "Nov 24 to Dec 31"
    )


def test_the_year_before_comes_first_and_then_the_period_before(company):
    company.key_result()
    company.factors(5, [("a", 5)])
    company.factors(
        7, [("a", 7)], compared_with="last_year", reference="2025-11-01..2025-11-24",
        compared_from=date(2025, 11, 1), compared_to=date(2025, 11, 24),
    )  # fmt: skip
    changes = company.written().card().one("div", class_="moved").all("p", class_="change")
    assert [change.text.partition(" in ")[0] for change in changes] == ["+$7", "+$5"]
    assert "against Nov 1, 2025" in changes[0].text


def test_the_first_days_of_a_month_are_not_compared_yet(company):
    """Six days of November say little: October as a whole is shown, with a rise of 4."""
    company.key_result()
    company.factors(-90, [("a", -90)], data_through=date(2026, 11, 6))
    company.factors(
        4, [("a", 4)], period_start=date(2026, 10, 1), period_end=date(2026, 10, 31),
        data_through=date(2026, 10, 31),
    )  # fmt: skip
    [change] = company.written().card().one("div", class_="moved").all("p", class_="change")
    assert change.text.startswith("+$4 in October 2026, against ")


def test_a_goal_of_some_members_shows_what_moved_these(company):
    """All pieces rose by 90, the widgets that the goal counts by 12: 20 red ones more, 8 green ones less."""
    company.key_result(defined={"where": "widget"})
    company.factors(90, [("widget", 12), ("gizmo", 78)])
    company.factors(
        12, [("red", 20), ("green", -8)], compared_with="goal_previous", reference="grow/revenue"
    )
    moved = company.written().card().one("div", class_="moved")
    assert moved.one("p", class_="change").text.startswith("+$12 in ")
    assert moved.one("p", class_="label").text == "What moved it"
    rows = moved.one("table", class_="factors").one("tbody").all("tr")
    assert {row.one("th").text: row.one("td").text for row in rows} == {
        "red": "+$20",
        "green": "−$8",
    }


def test_where_only_the_whole_kpi_is_published_the_card_says_that_it_is_the_whole(company):
    company.key_result(defined={"where": "widget"})
    company.factors(90, [("widget", 12), ("gizmo", 78)])
    moved = company.written().card().one("div", class_="moved")
    assert moved.one("p", class_="label").text == "What moved it · The whole KPI: Revenue"


def test_what_would_bring_it_back_stands_in_the_card(company):
    """400 more by the end of the year is enough."""
    company.key_result(status="off_track")
    company.lever(change=400, current_rate=5, needed_rate=Decimal("15.8"))
    [lever] = company.written().card().one("div", class_="levers").all("li")
    assert "$400 more" in lever.text


def test_where_nobody_is_to_be_named_no_lever_names_anybody(company):
    hidden = '{"name_members": false}'
    company.key_result(status="off_track", defined={"for_each": "sales_rep", "definition": hidden})
    company.lever(asked_member="Kim", change=400)
    assert company.written().card().all("section", class_="levers") == []
