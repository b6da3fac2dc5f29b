"""What a company wrote into its sheets by Wednesday, 25 November 2026."""

import json
from datetime import date
from typing import Any

from connectors.lake.manifest import Finding
from pipelines.inputs.sheet_kpis import SheetKpiDeclaration
from pipelines.okr.kpi.kpi import Every, Kind, Kpi

TODAY = date(2026, 11, 25)
FIRST, YESTERDAY = date(2026, 1, 1), date(2026, 11, 24)


def declared(kpi: str, kind: Kind, every: Every, **more: Any) -> Kpi:
    what = {"unit": "things", "direction": "up", "owner": "someone@example.com", **more}
    what |= {"kind": kind, "every": every, "description": f"It's {kpi}"}
    return SheetKpiDeclaration.model_validate(what).of_sheet(kpi)


DECLARATIONS = [
    declared("calls", "flow", "day"),
    declared("depth", "stock", "day"),
    declared("desks", "stock", "month"),
    declared("hours", "flow", "day"),
    declared("heads", "stock", "month", dimensions=["team"]),
    declared("neglected", "stock", "month"),
    declared("nps", "ratio", "quarter", unit="percent", precision=3),
    declared("promoters", "ratio", "day", unit="percent", precision=2, dimensions=["team"]),
    declared(
        "quits", "ratio", "day", unit="percent", precision=2, dimensions=["team"], proportion=True
    ),
    declared("share", "stock", "day", unit="percent", precision=2, proportion=True),
    declared("training", "flow", "week"),
    declared("unwritten", "flow", "month"),
    declared("budget", "flow", "month", plan=True),
    declared("quota", "stock", "month", plan=True),
]


def row(kpi: str, day: str, value: str | None = None, **more: str) -> dict[str, Any]:
    numbers = {name: more.pop(name, None) for name in ("numerator", "denominator")}
    dimensions = json.dumps(more, sort_keys=True)
    return {
        "kpi": kpi,
        "date": date.fromisoformat(day),
        "dimensions": dimensions,
        "value": value,
        **numbers,
    }


ROWS = [
    # calls a day: none on the 4th, and nobody wrote down the 3rd and the 5th to the 8th
    row("calls", "2026-11-02", "5"),
    row("calls", "2026-11-04", "0"),
    row("calls", "2026-11-09", "2"),
    # a level a day, which nobody read off on the 3rd
    row("depth", "2026-11-02", "40"),
    row("depth", "2026-11-04", "42"),
    # counted on the first of the month
    row("desks", "2026-10-01", "40"),
    row("desks", "2026-11-01", "42"),
    # counted on the last, by team
    row("heads", "2026-09-30", "7", team="sales"),
    row("heads", "2026-09-30", "9", team="operations"),
    row("heads", "2026-10-31", "8", team="sales"),
    row("heads", "2026-10-31", "9", team="operations"),
    row("nps", "2026-06-30", numerator="9", denominator="30"),
    row("nps", "2026-09-30", numerator="13", denominator="40"),
    # each Friday; nobody wrote down that of 16 October, and the week from the 23rd is not over
    row("training", "2026-10-02", "3"),
    row("training", "2026-10-09", "4"),
    row("training", "2026-10-23", "2"),
    row("training", "2026-10-30", "5"),
    row("training", "2026-11-06", "1"),
    row("training", "2026-11-13", "2"),
    row("training", "2026-11-20", "4"),
    row("training", "2026-11-23", "6"),
    # nobody counted in September and October
    row("neglected", "2026-07-31", "3"),
    row("neglected", "2026-08-31", "4"),
    # a part of an hour, a row without a number, and an hour
    row("hours", "2026-11-02", "7.5"),
    row("hours", "2026-11-03"),
    row("hours", "2026-11-04", "1"),
    # of the people of a team, more cannot quit than there are: 3 of 2; less than none; exactly all; some of nobody
    row("quits", "2026-11-02", numerator="3", denominator="2", team="sales"),
    row("quits", "2026-11-02", numerator="0", denominator="9", team="operations"),
    row("quits", "2026-11-03", numerator="-1", denominator="9", team="operations"),
    row("quits", "2026-11-04", numerator="2", denominator="2", team="sales"),
    row("quits", "2026-11-05", numerator="1", denominator="0", team="sales"),
    # the same rows of a ratio that is not declared a proportion
    row("promoters", "2026-11-02", numerator="3", denominator="2", team="sales"),
    row("promoters", "2026-11-03", numerator="-1", denominator="9", team="operations"),
    row("share", "2026-11-02", "1.2"),
    row("share", "2026-11-03", "1"),
    row("share", "2026-11-04", "-0.1"),
    # no longer declared
    row("forgotten", "2026-11-02", "1"),
]
PLANS = {
    # the day before, December was 99 and October's number of the quota could not be read
    "2026-11-24": [row("budget", "2026-12-31", "99")],
    "2026-11-25": [
        row("budget", "2026-10-31", "50"),
        row("budget", "2026-11-30", "60"),
        row("budget", "2026-12-31", "70"),
        row("quota", "2026-12-15", "8"),
    ],
}
UNREAD_PLAN = Finding(
    what="not_a_number",
    message="plan.xlsx, row 2, column `Dez 26` is a text, which is no number; write a number",
    kpi="budget",
    day=date(2026, 12, 31),
)
"""A number that could not be read the day before, and can be now."""
UNREAD = Finding(
    what="not_a_number",
    message="kpis.csv, row 9, column `value` is a text, which is no number; write a number",
    kpi="depth",
    day=date(2026, 11, 4),
)
"""A second row of that day that could not be read."""


def fill(warehouse: Any) -> None:
    warehouse.lake.empty("spreadsheet", "kpi_values", FIRST, YESTERDAY)
    for day in sorted({row["date"] for row in ROWS}):
        rows = [row for row in ROWS if row["date"] == day]
        bad = (UNREAD,) if day == UNREAD.day else ()
        warehouse.lake.window("spreadsheet", "kpi_values", day, rows, findings=bad)
    for read_on, plans in PLANS.items():
        day = date.fromisoformat(read_on)
        rows = [{"read_on": day, **plan} for plan in plans]
        bad = () if day == TODAY else (UNREAD_PLAN,)
        warehouse.lake.window("spreadsheet", "kpi_plans", day, rows, findings=bad)


def period(warehouse: Any, kpi: str, period: str, start: str, member: str = "total") -> Any:
    rows = warehouse.rows(
        "select value, previous_value, status, data_through, trust from reporting.kpi_periods"
        f" where kpi = '{kpi}' and period = '{period}' and period_start = '{start}'"
        f" and member = '{member}'"
    )
    assert len(rows) <= 1
    return rows[0] if rows else None
