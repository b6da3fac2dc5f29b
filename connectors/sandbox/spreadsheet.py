"""The sheet that the sample company keeps by hand, for figures that none of its systems has.

    headcount                a stock, counted on the last day of each month, by team
    employee_nps             a ratio, asked once a quarter: promoters less detractors, over the answers
    team_training_sessions   a flow, written down each Friday

A figure depends on its day alone, so the sheet of a later day begins with that of an earlier one. Its
column `comment` is for its writers only.
"""

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from connectors.lake.atomic_files import replace
from connectors.sandbox.apportion import dice
from connectors.sandbox.figures import FIRST_DAY, days_of, months_until
from connectors.sandbox.served import Served

HEADER = ("kpi", "date", "value", "numerator", "denominator", "team", "comment")
TEAMS = {"engineering": (14, 0.42), "operations": (9, 0.17), "sales": (7, 0.21)}
"""People at the end of 2024, and how many join in a month on average."""
Line = tuple[str, date, str, str, str, str, str]


def sheet(today: date) -> str:
    """The sheet as it stands on the morning of `today`: newest rows last, as people add them."""
    lines = sorted(
        (*headcounts(today), *answers(today), *sessions(today)), key=lambda x: (x[1], x[0], x[5])
    )
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([HEADER, *lines])
    return text.getvalue()


def headcounts(today: date) -> Iterator[Line]:
    """People in each team at the end of each month."""
    for day in month_ends(today):
        for team in TEAMS:
            yield "headcount", day, str(headcount(team, day)), "", "", team, ""


def headcount(team: str, day: date) -> int:
    """People in a team: growing, with one more or less by chance."""
    start, growth = TEAMS[team]
    months = (day.year - FIRST_DAY.year) * 12 + day.month - FIRST_DAY.month
    return start + round(growth * months) + int(dice("headcount", team, day).integers(-1, 2))


def answers(today: date) -> Iterator[Line]:
    """The survey on the last day of each quarter."""
    for day in month_ends(today):
        if day.month % 3 == 0:
            asked = sum(headcount(team, day) for team in TEAMS)
            rng = dice("survey", day)
            answered = round(asked * float(rng.uniform(0.74, 0.93)))
            promoters = round(answered * float(rng.uniform(0.42, 0.58)))
            detractors = round(answered * float(rng.uniform(0.12, 0.24)))
            score = str(promoters - detractors)
            yield "employee_nps", day, "", score, str(answered), "", "two answers came late"


def sessions(today: date) -> Iterator[Line]:
    """The training sessions of each week, noted on its Friday; there is none at the turn of the year."""
    day = FIRST_DAY + timedelta(days=(4 - FIRST_DAY.weekday()) % 7)
    while day < today:
        quiet = (day.month, day.day) >= (12, 22) or (day.month, day.day) <= (1, 3)
        count = 0 if quiet else int(dice("training", day).integers(2, 6))
        yield "team_training_sessions", day, str(count), "", "", "", ""
        day += timedelta(days=7)


def month_ends(today: date) -> Iterator[date]:
    """The last day of each month before `today`."""
    for month in months_until((today.year, today.month)):
        if (day := days_of(month)[-1]) < today:
            yield day


def serve(today: date, home: Path) -> Served:
    """The sample company's sheet, written into `home`."""
    path = home.resolve() / "kpis-by-hand.csv"
    replace(path, lambda temporary: temporary.write_text(sheet(today), encoding="utf-8"))
    return Served({"OKRA_SHEETS": str(path)}, lambda: None)
