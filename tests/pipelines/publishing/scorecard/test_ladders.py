"""What is possible for a KPI, on its page: targets by their odds, as a picture and as a table."""

import itertools
from datetime import date
from decimal import Decimal

import pytest

from tests.pipelines.publishing.scorecard.company import Company
from tests.pipelines.publishing.scorecard.pages import Element

ODDS = ("0.9", "0.7", "0.5", "0.3", "0.1")


def climb(company: Company, *targets: object, **changed: object) -> None:
    """The ladder of the next quarter, the easiest target first."""
    for odds, target in zip(ODDS, targets, strict=True):
        company.target(odds=Decimal(odds), target=target, **changed)


def section(company: Company, locale: str = "en") -> Element:
    return company.written(locale).kpi().one("section", **{"aria-labelledby": "possible"})


def lines(part: Element) -> list[list[str]]:
    """The rows of its table, cell by cell."""
    rows = [row for body in part.one("table").all("tbody") for row in body.all("tr")]
    return [[cell.text for cell in row.children if not isinstance(cell, str)] for row in rows]


def test_the_table_has_the_targets_by_their_odds_beside_what_came_before(company):
    """400 came a year before: 300 is a quarter less, 800 is twice as much."""
    climb(company, 300, 400, 500, 600, 800)
    part = section(company)
    [odds, target, change] = [head.text for head in part.one("thead").all("th")]
    assert (odds, target, change) == ("Odds", "Target, at least", "On a year before")
    assert lines(part) == [
        ["90%", "$300", "−25%"],
        ["70%", "$400", "unchanged"],
        ["50%", "$500", "+25%"],
        ["30%", "$600", "+50%"],
        ["10%", "$800", "+100%"],
        ["A year before", "$400", ""],
        ["The best ever (Q4 2025)", "$800", "+100%"],
        ["At the present rate", "$450", "+12.5%"],
    ]
    assert "Q1 2027, by the data through Nov 22, 2026." in part.one("figcaption").text


def test_a_harder_target_is_a_higher_rung_and_what_came_before_is_a_line(company):
    climb(company, 300, 400, 500, 600, 800)
    chart = section(company).one("svg", class_="chart")
    paths = [
        rung.attributes["d"].replace("M", "").split("h")[0].split()
        for rung in chart.all("path", class_="rung")
    ]
    places = [(float(x), float(y)) for x, y in paths]
    assert places == sorted(places, key=lambda place: (place[0], -place[1]))
    heights = {
        kind: float(chart.one("path", class_=kind).attributes["d"].split()[1].partition("H")[0])
        for kind in ("year-before", "best", "present-rate")
    }
    rungs = [y for _, y in places]
    assert (heights["year-before"], heights["best"]) == (rungs[1], rungs[4])
    assert rungs[2] < heights["present-rate"] < rungs[1]
    assert next(rung.text for rung in chart.all("path", class_="rung")) == "90%: $300"


def test_who_cannot_see_the_picture_is_told_what_it_shows(company):
    climb(company, 300, 400, 500, 600, 800)
    chart = section(company).one("svg", class_="chart")
    title, described = (
        chart.one(id=name).text for name in chart.attributes["aria-labelledby"].split()
    )
    assert title == "Targets of Revenue for Q1 2027 by their odds"
    assert described.startswith("90%: $300. 70%: $400. 50%: $500.")
    assert described.endswith("At the present rate: $450")


def test_names_of_lines_that_are_near_each_other_do_not_cover_each_other(company):
    climb(company, 300, 400, 500, 600, 800, year_before=500, best=502, present_rate=501)
    labels = section(company).one("svg", class_="chart").all("text", class_="goal-label")
    heights = sorted(float(label.attributes["y"]) for label in labels)
    assert all(after - before >= 12 for before, after in itertools.pairwise(heights))


def test_each_period_has_its_own_the_running_one_first(company):
    climb(company, 300, 400, 500, 600, 800)
    climb(
        company, 30, 40, 50, 60, 80, period_start=date(2026, 10, 1), period_end=date(2026, 12, 31)
    )
    captions = [caption.text for caption in section(company).all("figcaption")]
    assert [caption.partition(",")[0] for caption in captions] == ["Q4 2026", "Q1 2027"]


def test_a_rung_that_no_target_reaches_is_said_to_be_none(company):
    climb(company, None, 400, 500, 600, 800)
    part = section(company)
    assert lines(part)[0] == ["90%", "none", ""]
    assert len(part.all("path", class_="rung")) == 4


def test_what_is_not_known_of_the_past_is_left_out(company):
    climb(company, 300, 400, 500, 600, 800, year_before=None, best=None, best_start=None)
    part = section(company)
    assert lines(part)[5:] == [["At the present rate", "$450", ""]]
    assert len(part.all("path", class_="reference")) == 1


def test_a_kpi_without_odds_has_no_such_part(company):
    company.target(kpi="likes")
    assert company.written().kpi().all("section", **{"aria-labelledby": "possible"}) == []


@pytest.mark.parametrize("locale", ["es"])
def test_it_is_in_the_readers_language(company, locale):
    climb(company, 300, 400, 500, 600, 800)
    part = section(company, locale)
    assert part.one("h2").text == "Qué es posible"
    assert lines(part)[0] == ["90 %", "300 US$", "−25 %"]
    assert "T1 2027, con los datos hasta el 22 nov 2026." in part.one("figcaption").text
