"""The charts and sentences of goals: courses, windows, and the members that each have to meet them."""

from datetime import date
from decimal import Decimal

import pytest

from tests.pipelines.publishing.scorecard.company import FIRST, LAST, THROUGH, said


def test_a_chart_has_what_was_the_pace_the_futures_and_the_target(company):
    company.key_result(
        forecast_p10=Decimal("1888.4"),
        forecast_p50=2000,
        forecast_p90=Decimal("2111.6"),
        probability=Decimal("0.5"),
    )
    company.point(FIRST, actual=0, pace=0)
    company.point(THROUGH, actual=1234, pace=1800)
    company.point(LAST, pace=2000, forecast_p10=1900, forecast_p50=2000, forecast_p90=2100)
    figure = company.written().card().one("figure")
    chart = figure.one("svg", class_="chart")
    for line in ("actual-line", "pace-line", "future-line", "fan", "goal-line"):
        assert chart.one("path", class_=line).attributes["d"].startswith("M")
    assert figure.one("figcaption").text == (
        "Actual through Nov 24, 2026. 8 of 10 futures end between $1,888 and $2,112."
    )
    assert chart.one("desc").text == (
        "From $0 on Jan 1, 2026 to $1,234 on Nov 24, 2026. The pace asks for $1,800 by then. "
        "The target is $2,000."
    )
    # the actual line ends where the fan begins, before the right edge
    now = chart.one("circle").attributes
    assert (
        chart.one("path", class_="fan")
        .attributes["d"]
        .startswith(f"M{float(now['cx']):g} {float(now['cy']):g} ")
    )
    assert float(now["cx"]) < 406


def test_without_a_course_there_is_no_chart(company):
    company.key_result()
    assert company.written().card().all("figure") == []


def test_the_windows_of_a_goal_are_bars_that_look_by_how_they_ended(company):
    company.key_result(defined={"per": "month"})
    for window, actual, status in (
        ("2026-09", 1500, "missed"),
        ("2026-10", 2200, "achieved"),
        ("2026-11", 900, "off_track"),
    ):
        company.part(
            window=window,
            actual=actual,
            status=status,
            period_start=date.fromisoformat(f"{window}-01"),
            deadline=date.fromisoformat(f"{window}-30"),
        )
    card = company.written().card()
    bars = card.one("figure").all("rect", class_="bar")
    assert [bar.attributes["class"] for bar in bars] == ["bar hollow", "bar full", "bar open"]
    assert [bar.text for bar in bars] == [
        "September 2026: $1,500",
        "October 2026: $2,200",
        "November 2026: $900",
    ]
    heights = [float(bar.attributes["height"]) for bar in bars]
    assert heights[1] / heights[2] == pytest.approx(2200 / 900, rel=0.02), "bars start at zero"
    assert card.one("p", class_="sentence").text == (
        "1 of 2 months met it. November has $900 so far."
    )


def test_the_members_of_a_goal_are_listed_the_furthest_behind_first(company):
    company.key_result(
        raw_attainment=Decimal("0.5"),
        score=Decimal("0.5"),
        defined={"for_each": "sales_rep"},
        actual=3,
    )
    company.part(member="Ana", actual=9, score=1, raw_attainment=1, status="on_track")
    company.part(
        member="Ben",
        actual=3,
        score=Decimal("0.3"),
        raw_attainment=Decimal("0.3"),
        status="off_track",
    )
    card = company.written().card()
    rows = card.one("table", class_="members").one("tbody").all("tr")
    assert [row.one("th").text for row in rows] == ["Ben", "Ana"]
    # of the target of $2,000: Ben lacks 1,997 and Ana 1,991
    assert [row.all("td")[1].text for row in rows] == ["$1,997 short", "$1,991 short"]
    # every bar has the target as a line, at 98 of 98 places from the start
    assert [row.one("path", class_="goal-line").attributes["d"] for row in rows] == [
        "M98.5 0V10"
    ] * 2
    labels = [bar.attributes["aria-label"] for bar in card.all("svg", class_="member-bar")]
    assert labels == ["does not", "meets it"]
    assert card.one("p", class_="sentence").text == (
        "1 of 2 members are on pace for it. The furthest behind is Ben with $3 (goal $2,000)."
    )


def test_where_two_members_lack_as_much_nobody_is_named(company):
    third = Decimal("0.333333")
    company.key_result(raw_attainment=third, score=third, defined={"for_each": "sales_rep"})
    company.part(member="Ana", actual=2000, score=1, raw_attainment=1, status="achieved")
    for name in ("Ben", "Kim"):
        company.part(member=name, actual=3, score=0, raw_attainment=0, status="missed")
    assert said(company) == "1 of 3 members are on pace for it."


def test_the_furthest_behind_has_the_largest_gap_to_its_own_target(company):
    company.key_result(raw_attainment=0, score=0, defined={"for_each": "sales_rep"})
    company.part(member="Ana", actual=1500, score=0, raw_attainment=0, status="missed")
    company.part(member="New", actual=0, target=100, score=0, raw_attainment=0, status="missed")
    assert said(company).endswith("The furthest behind is Ana with $1,500 (goal $2,000).")


def test_where_nobody_is_to_be_named_the_share_is_told(company):
    company.key_result(
        raw_attainment=Decimal("0.75"), score=Decimal("0.75"), defined={"for_each": "sales_rep"}
    )
    assert said(company) == "75% of the members meet it."


def test_before_the_first_window_is_over_none_is_counted(company):
    company.key_result(raw_attainment=None, score=None, defined={"per": "quarter"})
    company.part(
        window="2026-Q4",
        actual=900,
        status="achieved",
        period_start=date(2026, 10, 1),
        deadline=date(2026, 12, 31),
    )
    assert said(company) == "The first quarter is not over. Q4 has $900 so far."


def test_before_the_first_window_is_over_members_are_told_by_their_pace(company):
    company.key_result(
        raw_attainment=None, score=None, defined={"per": "month", "for_each": "sales_rep"}
    )
    for name, status in (("Ana", "on_track"), ("Ben", "off_track"), ("New", "not_started")):
        company.part(member=name, score=None, raw_attainment=None, status=status)
    assert said(company) == "The first month is not over. 1 of 2 members are on pace for it."


def test_members_are_of_the_latest_window_that_is_over_and_its_month_is_the_title(company):
    """October is over, November is open: Ana lacks 2 of 7, Ben 5."""
    october = {
        "window": "2026-10",
        "period_start": date(2026, 10, 1),
        "deadline": date(2026, 10, 31),
    }
    november = {
        "window": "2026-11",
        "period_start": date(2026, 11, 1),
        "deadline": date(2026, 11, 30),
    }
    company.key_result(unit="deals", defined={"for_each": "sales_rep", "per": "month", "low": 7})
    company.part(status="missed", actual=2, **october)
    company.part(status="off_track", actual=1, **november)
    for member, actual in (("Ana", 5), ("Ben", 2)):
        company.part(member=member, unit="deals", actual=actual, target=7, status="off_track")
    card = company.written().card()
    rows = card.one("table", class_="members").one("tbody").all("tr")
    assert [[cell.text for cell in row.all("td")[:2]] for row in rows] == [
        ["2 deals", "5 deals short"],
        ["5 deals", "2 deals short"],
    ]
    assert card.one("figure").one("p", class_="label").text == "By sales rep, October 2026"


def test_of_many_windows_the_latest_are_drawn(company):
    """Of 20 days the latest 13, from the 8th on."""
    company.key_result(defined={"per": "day", "low": 7}, target=7)
    for day in range(1, 21):
        on = date(2026, 11, day)
        company.part(
            window=on.isoformat(), period_start=on, deadline=on, status="missed", actual=day
        )
    figure = company.written().card().one("figure")
    assert len(figure.one("svg").all("rect", class_="bar")) == 13
    assert figure.one("svg").all("rect", class_="bar")[0].text.endswith(": $8")
    assert figure.one("p", class_="label").text == "The latest 13 of 20 windows"
