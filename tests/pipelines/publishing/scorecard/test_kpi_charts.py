"""The charts of a KPI: by month and by day, with targets and pace, and what has to be known of single days."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.pipelines.publishing.scorecard.company import FIRST, LAST, THROUGH, Company
from tests.pipelines.publishing.scorecard.pages import Element

NEXT_DAY = timedelta(days=1)


def figure(page: Element, words: str) -> Element:
    """The figure whose caption has these words."""
    [chart] = [chart for chart in page.all("figure") if words in chart.one("figcaption").text]
    return chart


def notes(chart: Element) -> list[str]:
    """The list beside a chart."""
    return [
        item.text for listed in chart.all("ol", class_="annotations") for item in listed.all("li")
    ]


def marked(chart: Element) -> list[tuple[str, str]]:
    """The number and the kind of each mark on a chart."""
    marks = chart.all("g", class_="mark")
    return [(mark.one("text").text, mark.attributes["class"].split()[1]) for mark in marks]


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


def test_the_latest_days_have_a_chart_and_a_missing_day_is_a_gap(company: Company) -> None:
    """The pages are of Nov 25: 42 days from Oct 14 to Nov 24. Nov 20 brought nothing, Nov 21 was not delivered."""
    for number in range(42):
        day = THROUGH - number * NEXT_DAY
        if day != date(2026, 11, 21):
            company.day(day, 0 if day.day == 20 else 5)
    company.missing_day(date(2026, 11, 21))
    days = figure(company.written().kpi(), "Revenue, by day")
    titles = [bar.text for bar in days.all("rect", class_="bar")]
    assert len(titles) == 41
    assert titles[0] == "Oct 14, 2026: $5"
    assert titles[-4:] == [
        "Nov 20, 2026: $0", "Nov 22, 2026: $5", "Nov 23, 2026: $5", "Nov 24, 2026: $5",
    ]  # fmt: skip
    assert notes(days) == ["Nov 21, 2026: no data."]
    assert marked(days) == [("1", "missing")]
    # the gap is the 39th of 42 places between 80 and 406, and its middle has the mark
    assert float(days.one("g", class_="mark").one("circle").attributes["cx"]) == 378.8


def test_the_line_of_a_level_breaks_on_days_that_are_missing(company: Company) -> None:
    company.kpi(kind="stock")
    for day in (10, 11, 12, 20, 21):
        company.day(date(2026, 11, day), 100 + day)
    days = figure(company.written().kpi(), "Revenue, by day")
    line = days.one("path", class_="actual-line").attributes["d"]
    assert [stretch.count(" ") + 1 for stretch in line.split("M")[1:]] == [6, 4], "3 and 2 points"


def test_days_without_data_are_one_note_a_stretch(company: Company) -> None:
    company.day(THROUGH, 5)
    for day in (3, 4, 5, 9):
        company.missing_day(date(2026, 11, day))
    days = figure(company.written().kpi(), "Revenue, by day")
    assert notes(days) == ["Nov 3, 2026 – Nov 5, 2026: no data.", "Nov 9, 2026: no data."]


def test_days_without_data_are_one_note_a_month_in_the_chart_by_month(company: Company) -> None:
    """Five single days of October and a stretch that begins in it; November has its own."""
    company.month(date(2026, 10, 1), date(2026, 10, 31), 5)
    company.month(date(2026, 11, 1), date(2026, 11, 30), 5, status="partial")
    for day in (3, 5, 7, 9, 11, 31):
        company.missing_day(date(2026, 10, day))
    for day in (1, 12):
        company.missing_day(date(2026, 11, day))
    months = figure(company.written().kpi(), "Revenue, by month")
    assert notes(months) == [
        "Oct 3, 2026; Oct 5, 2026; Oct 7, 2026; Oct 9, 2026; and 2 others: no data.",
        "Nov 12, 2026: no data.",
    ]


def test_months_of_a_kpi_that_is_given_by_the_month_are_not_missing_days(company: Company) -> None:
    company.kpi(every="month")
    company.month(date(2026, 10, 1), date(2026, 10, 31), 7)
    company.missing_day(date(2026, 10, 5))
    page = company.written().kpi()
    assert notes(figure(page, "Revenue, by month")) == []
    assert len(page.all("figure")) == 1, "it has no days"


def test_figures_that_were_restated_together_are_one_note_on_the_latest(company: Company) -> None:
    months = [date(2026, month, 1) for month in (8, 9, 10)]
    for start in months:
        end = (start + 31 * NEXT_DAY).replace(day=1) - NEXT_DAY
        company.month(start, end, 100)
        company.restatement(
            period_start=start, period_end=end, old_value=start.month, new_value=100,
            restated_at=datetime(2026, 11, 3, 6, tzinfo=UTC),
        )  # fmt: skip
    company.restatement(
        period_start=months[1], period_end=date(2026, 9, 30), old_value=99, new_value=100,
        restated_at=datetime(2026, 11, 9, 6, tzinfo=UTC),
    )  # fmt: skip
    chart = figure(company.written().kpi(), "Revenue, by month")
    assert notes(chart) == [
        "Restated on Nov 9, 2026: September 2026 is $100 and was $99.",
        "Restated on Nov 3, 2026: 3 figures from August 2026 to October 2026. "
        "That of October 2026 is $100 and was $10.",
    ]
    assert marked(chart) == [("1", "restated"), ("2", "restated")]
    assert notes(figure(company.written("es").kpi(), "Revenue, por mes"))[0] == (
        "Corregido el 9 nov 2026: septiembre de 2026 es 100 US$ y era 99 US$."
    )


def test_a_source_whose_pull_failed_is_noted_on_the_last_day_that_is_known(
    bare: Company,
) -> None:
    bare.run(failed_sources=["shop@eu", "stripe"])
    bare.kpi(data_through=date(2026, 11, 20))
    bare.window()
    bare.day(date(2026, 11, 20), 5)
    days = figure(bare.written().kpi(), "Revenue, by day")
    assert notes(days) == ["The last pull of shop@eu failed, so the figures end on Nov 20, 2026."]
    assert marked(days) == [("1", "failed")]


def test_of_many_notes_the_latest_are_shown_and_the_others_counted(company: Company) -> None:
    company.day(THROUGH, 5)
    for day in range(1, 17, 2):
        company.missing_day(date(2026, 11, day))
    days = figure(company.written().kpi(), "Revenue, by day")
    assert [note.partition(",")[0] for note in notes(days)] == [
        "Nov 5", "Nov 7", "Nov 9", "Nov 11", "Nov 13", "Nov 15",
    ]  # fmt: skip
    assert "and 2 others" in days.text


def test_the_pace_of_a_total_is_what_each_day_should_have_brought(company: Company) -> None:
    """From Nov 10 to Nov 20 the pace rises by 100, which is 10 a day, and by 4 a day from then on."""
    for number in range(1, 25):
        company.day(date(2026, 11, number), 20)
    company.key_result(name="Sell more")
    for day, pace in ((10, 600), (20, 700), (30, 740)):
        company.point(date(2026, 11, day), pace=pace)
    days = figure(company.written().kpi(), "Revenue, by day")
    assert "The dashed line is the pace of “Sell more”." in days.one("figcaption").text
    path = days.one("path", class_="pace-line").attributes["d"]
    steps = [
        float(step.partition("H")[0].split()[-1]) for step in path.replace("V", "V ").split("V")
    ]
    bars = days.all("rect", class_="bar")
    zero = float(bars[0].attributes["y"]) + float(bars[0].attributes["height"])
    unit = float(bars[0].attributes["height"]) / 20
    # Nov 11 to 20, then Nov 21 to 24
    assert [round((zero - y) / unit) for y in steps] == [10] * 10 + [4] * 4


def test_the_pace_of_a_level_is_where_it_should_stand(company: Company) -> None:
    company.kpi(kind="stock")
    for number in (23, 24):
        company.day(date(2026, 11, number), 100)
    company.key_result()
    company.point(FIRST, pace=50)
    company.point(LAST, pace=150)
    days = figure(company.written().kpi(), "Revenue, by day")
    assert days.one("path", class_="pace-line").attributes["d"].count(" ") > 1


@pytest.mark.parametrize("asked", [{"where": "widget"}, {"for_each": "sales_rep"}, {"per": "week"}])
def test_a_goal_that_asks_for_a_part_has_no_pace_in_the_chart_of_the_whole(
    company: Company, asked: dict[str, str]
) -> None:
    company.day(THROUGH, 5)
    company.key_result(defined=asked)
    company.point(FIRST, pace=0)
    company.point(LAST, pace=2000)
    days = figure(company.written().kpi(), "Revenue, by day")
    assert days.all("path", class_="pace-line") == []


def test_a_kpi_that_is_given_by_the_week_has_its_weeks(company: Company) -> None:
    """The week of Nov 23 is not over on Nov 25, so it is not missing; that of Nov 9 is."""
    company.kpi(every="week", data_through=date(2026, 11, 22))
    for monday in (date(2026, 11, 2), date(2026, 11, 16)):
        company.month(monday, monday + 6 * NEXT_DAY, 3, period="week")
    weeks = figure(company.written().kpi(), "Revenue, by week")
    bars = weeks.all("rect", class_="bar")
    assert [bar.text for bar in bars] == [
        "Nov 2, 2026 – Nov 8, 2026: $3", "Nov 16, 2026 – Nov 22, 2026: $3",
    ]  # fmt: skip
    # places 24 and 26 of 26: two slots of 326 / 26 between them
    left, right = (float(bar.attributes["x"]) for bar in bars)
    assert right - left == pytest.approx(2 * 326 / 26, abs=0.2)
    assert right + 326 / 26 == pytest.approx(406, abs=3)


def test_a_chart_says_its_latest_lowest_and_highest_figure_to_who_cannot_see_it(
    company: Company,
) -> None:
    for day, value in ((22, 7), (23, 3), (24, 5)):
        company.day(date(2026, 11, day), value)
    days = figure(company.written().kpi(), "Revenue, by day")
    assert days.one("svg").one("desc").text == (
        "Latest: Nov 24, 2026: $5. Lowest: Nov 23, 2026: $3. Highest: Nov 22, 2026: $7."
    )
