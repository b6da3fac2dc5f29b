"""KPIs that are kept in sheets go through the models that all KPIs go through, each by its own rhythm.

Played on Wednesday, 25 November 2026. Every figure is worked out by hand.
"""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from connectors.lake.manifest import Finding
from pipelines.inputs.facts import read_facts
from pipelines.inputs.sheet_kpis import SheetKpiDeclaration
from pipelines.okr.definition.loading import load
from pipelines.okr.kpi.kpi import Every, Kind, Kpi
from pipelines.okr.kpi.series import index_facts
from pipelines.okr.scoring.evidence import Evidence
from pipelines.okr.scoring.scoring import score

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


@pytest.fixture(scope="module")
def warehouse(warehouse_in: Any, empty: Any) -> Any:
    warehouse = warehouse_in("sheet_kpis")
    fill(warehouse)
    warehouse.build_over(empty, TODAY, ["spreadsheet"], sheet_kpis=DECLARATIONS)
    return warehouse


def period(warehouse: Any, kpi: str, period: str, start: str, member: str = "total") -> Any:
    rows = warehouse.rows(
        "select value, previous_value, status, data_through, trust from reporting.kpi_periods"
        f" where kpi = '{kpi}' and period = '{period}' and period_start = '{start}'"
        f" and member = '{member}'"
    )
    assert len(rows) <= 1
    return rows[0] if rows else None


def periods_of(warehouse: Any, kpi: str) -> set[str]:
    rows = warehouse.rows(f"select distinct period from reporting.kpi_periods where kpi = '{kpi}'")
    return {name for (name,) in rows}


def test_a_sheet_kpi_is_listed_beside_the_others_with_what_it_declares(warehouse: Any) -> None:
    ((description, unit, dimensions, sources, every),) = warehouse.rows(
        "select description, unit, dimensions, sources, every from reporting.kpis where kpi = 'heads'"
    )
    assert (description, unit, dimensions) == ("It's heads", "things", ["team"])
    assert (sources, every) == ("spreadsheet.kpi_values", "month")
    assert warehouse.rows("select distinct every from reporting.kpis where model like 'kpi_%'") == [
        ("day",)
    ]


def test_a_week_is_worth_what_was_written_for_it_and_counts_once_it_is_over(warehouse: Any) -> None:
    last_week = period(warehouse, "training", "week", "2026-11-16")
    assert last_week == (Decimal(4), Decimal(2), "complete", date(2026, 11, 22), "ok")
    assert period(warehouse, "training", "week", "2026-11-23") is None


def test_a_week_that_nobody_wrote_down_is_missing_and_not_zero(warehouse: Any) -> None:
    assert period(warehouse, "training", "week", "2026-10-12") is None
    value, _, status, through, trust = period(warehouse, "training", "month", "2026-10-01")
    assert (value, status, through) == (Decimal(14), "provisional", date(2026, 10, 31))
    assert trust == "missing_days"


def test_an_open_month_of_weeks_goes_as_far_as_its_last_whole_week(warehouse: Any) -> None:
    value, _, status, through, _ = period(warehouse, "training", "month", "2026-11-01")
    assert (value, status, through) == (Decimal(7), "partial", date(2026, 11, 22))


def test_no_kpi_has_a_value_for_a_shorter_time_than_it_is_given_for(warehouse: Any) -> None:
    assert periods_of(warehouse, "training") == {"week", "month", "quarter", "half", "year"}
    assert periods_of(warehouse, "heads") == {"month", "quarter", "half", "year"}
    assert periods_of(warehouse, "nps") == {"quarter", "half", "year"}
    assert "day" in periods_of(warehouse, "calls")


def test_a_monthly_stock_is_sound_whichever_day_of_the_month_it_is_dated(warehouse: Any) -> None:
    october = period(warehouse, "heads", "month", "2026-10-01")
    assert october == (Decimal(17), Decimal(16), "complete", date(2026, 10, 31), "ok")
    sales = period(warehouse, "heads", "month", "2026-10-01", member="sales")
    assert sales[:2] == (Decimal(8), Decimal(7))
    assert period(warehouse, "heads", "month", "2026-11-01") is None

    october = period(warehouse, "desks", "month", "2026-10-01")
    assert october == (Decimal(40), None, "complete", date(2026, 10, 31), "ok")
    november = period(warehouse, "desks", "month", "2026-11-01")
    assert november == (Decimal(42), Decimal(40), "partial", date(2026, 11, 24), "ok")


def test_a_quarterly_ratio_divides_what_the_quarter_was_given(warehouse: Any) -> None:
    value, before, status, through, trust = period(warehouse, "nps", "quarter", "2026-07-01")
    assert (value, before) == (Decimal("0.325"), Decimal("0.3"))
    assert (status, through, trust) == ("complete", date(2026, 9, 30), "ok")
    assert period(warehouse, "nps", "quarter", "2026-10-01") is None
    # the survey of its first quarter was not held
    assert period(warehouse, "nps", "half", "2026-01-01")[0] == Decimal("0.3")


def test_a_day_that_nobody_wrote_down_is_missing_and_a_zero_is_a_zero(warehouse: Any) -> None:
    days = {day: period(warehouse, "calls", "day", f"2026-11-{day:02}") for day in range(1, 11)}
    assert {day: values[0] for day, values in days.items() if values} == {2: 5, 4: 0, 9: 2}


def test_a_daily_level_is_not_carried_over_a_day_that_nobody_read_off(warehouse: Any) -> None:
    days = {day: period(warehouse, "depth", "day", f"2026-11-{day:02}") for day in range(2, 6)}
    assert {day: values[0] for day, values in days.items() if values} == {2: 40, 4: 42}


def test_a_row_that_could_not_be_read_is_told_of_its_kpi_and_day_alone(warehouse: Any) -> None:
    def trust(kpi: str, day: int) -> set[str]:
        return set(period(warehouse, kpi, "day", f"2026-11-{day:02}")[4].split(","))

    assert "set_aside:spreadsheet" in trust("depth", 4)
    assert "set_aside:spreadsheet" not in trust("depth", 2) | trust("calls", 4)


def test_a_week_with_days_that_nobody_wrote_down_says_so(warehouse: Any) -> None:
    value, _, status, through, trust = period(warehouse, "calls", "week", "2026-11-02")
    assert (value, status, through) == (Decimal(5), "provisional", date(2026, 11, 4))
    assert trust == "missing_days,not_filled_in"


def test_how_far_one_kpi_is_filled_in_is_no_matter_of_the_others(warehouse: Any) -> None:
    through = dict(
        warehouse.rows(
            "select kpi, data_through from reporting.kpis where model = 'sheet_kpi_days'"
        )
    )
    assert through == {
        "calls": date(2026, 11, 9),
        "depth": date(2026, 11, 4),
        "desks": date(2026, 11, 24),
        "heads": date(2026, 10, 31),
        "hours": date(2026, 11, 4),
        "neglected": date(2026, 8, 31),
        "nps": date(2026, 9, 30),
        "promoters": date(2026, 11, 3),
        "quits": date(2026, 11, 5),
        "share": date(2026, 11, 4),
        "training": date(2026, 11, 22),
        "unwritten": None,
    }


def test_a_sheet_that_is_not_kept_up_says_so_and_what_was_whole_stays_trusted(
    warehouse: Any,
) -> None:
    trust = dict(
        warehouse.rows("select kpi, trust from reporting.kpis where model = 'sheet_kpi_days'")
    )
    assert {kpi for kpi, said in trust.items() if said == "not_filled_in"} == {
        "calls",
        "depth",
        "hours",
        "neglected",
        "promoters",
        "quits",
        "share",
        "unwritten",
    }
    assert {said for kpi, said in trust.items()} == {"ok", "not_filled_in"}
    assert period(warehouse, "neglected", "month", "2026-08-01")[4] == "ok"
    assert period(warehouse, "neglected", "quarter", "2026-07-01")[2:] == (
        "partial",
        date(2026, 8, 31),
        "not_filled_in",
    )


def test_what_is_not_declared_any_more_and_what_nobody_wrote_have_no_figures(
    warehouse: Any,
) -> None:
    rows = warehouse.rows(
        "select kpi from reporting.kpi_days where kpi in ('forgotten', 'unwritten')"
        " union all select kpi from reporting.kpi_periods where kpi in ('forgotten', 'unwritten')"
    )
    assert rows == []


def test_quarters_begin_where_the_fiscal_year_says(warehouse_in: Any, empty: Any) -> None:
    warehouse = warehouse_in("sheet_kpis_fiscal")
    fill(warehouse)
    warehouse.build_over(
        empty, TODAY, ["spreadsheet"], "--exclude", "test_type:generic",
        sheet_kpis=DECLARATIONS, fiscal_year_start="2",
    )  # fmt: skip
    value, before, status, *_ = period(warehouse, "nps", "quarter", "2026-08-01")
    assert (value, before, status) == (Decimal("0.325"), Decimal("0.3"), "complete")
    assert period(warehouse, "nps", "quarter", "2026-07-01") is None


def test_a_fraction_of_what_is_counted_whole_and_an_empty_value_flag_their_day(
    warehouse: Any,
) -> None:
    assert period(warehouse, "hours", "day", "2026-11-02")[-1] == "fraction"
    # the only row of the day has no value: it is missing, and not 0
    assert period(warehouse, "hours", "day", "2026-11-03") is None
    assert period(warehouse, "hours", "day", "2026-11-04")[-1] == "ok"
    assert "empty_value,fraction" in period(warehouse, "hours", "month", "2026-11-01")[-1]


def test_a_share_of_a_whole_that_is_below_0_or_above_100_percent_flags_its_day(
    warehouse: Any,
) -> None:
    days = ("2026-11-02", "2026-11-03", "2026-11-04", "2026-11-05")
    flag = "impossible_proportion"
    of_quits = [period(warehouse, "quits", "day", day) for day in days]
    # 3 of 11 and 2 of 2 in all; the total of a day can be sound while a member is not
    assert [value for value, *_ in of_quits] == [
        Decimal("0.272727"),
        Decimal("-0.111111"),
        1,
        None,
    ]
    assert [row[-1] for row in of_quits] == [flag, flag, "ok", flag]
    assert [period(warehouse, "share", "day", day)[-1] for day in days[:3]] == [flag, "ok", flag]
    assert flag in period(warehouse, "quits", "month", "2026-11-01")[-1]


def test_a_ratio_that_is_not_declared_a_proportion_may_be_above_100_percent(warehouse: Any) -> None:
    rows = [period(warehouse, "promoters", "day", day) for day in ("2026-11-02", "2026-11-03")]
    assert [(row[0], row[-1]) for row in rows] == [
        (Decimal("1.5"), "ok"),
        (Decimal("-0.111111"), "ok"),
    ]


def test_the_days_to_come_of_a_plan_are_known_as_they_were_last_read(warehouse: Any) -> None:
    assert warehouse.rows(
        "select day, value from reporting.kpi_days where kpi = 'budget' order by day"
    ) == [
        (date(2026, 10, 31), Decimal(50)),
        (date(2026, 11, 30), Decimal(60)),
        (date(2026, 12, 31), Decimal(70)),
    ]


def test_a_plan_is_known_of_whole_months_and_not_of_the_part_that_is_over(warehouse: Any) -> None:
    assert warehouse.rows(
        "select day, delivered from reporting.kpi_coverage where kpi = 'budget'"
        " and day in ('2026-09-30', '2026-10-01', '2026-11-24', '2026-11-25', '2026-12-01') order by day"
    ) == [
        (date(2026, 10, 1), True),
        (date(2026, 11, 24), False),
        (date(2026, 11, 25), True),
        (date(2026, 12, 1), True),
    ]
    october = period(warehouse, "budget", "month", "2026-10-01")
    assert october[:3] == (Decimal(50), None, "complete")


def test_a_planned_level_holds_until_the_end_of_its_month(warehouse: Any) -> None:
    # from the 15th to the 31st
    assert warehouse.rows(
        "select min(day), max(day), count(*) from reporting.kpi_days where kpi = 'quota'"
    ) == [(date(2026, 12, 15), date(2026, 12, 31), 17)]


def test_a_goal_takes_its_target_from_a_plan_in_a_sheet(warehouse: Any) -> None:
    kpis = {kpi.name: kpi for kpi in DECLARATIONS}
    facts = read_facts(warehouse.path, {name: kpis[name] for name in ("calls", "budget")})
    text = "{objective: O, id: o, period: 2026-Q4, key_results: [{id: it, kpi: calls, at_least: {kpi: budget}}]}"
    loaded = load({"o.yml": text}, kpis)
    assert loaded.faults == ()
    card = score(loaded.objectives, Evidence(index_facts(facts), TODAY))
    # 50 + 60 + 70 things, of which 5 + 0 + 2 calls have come
    assert (card.key_results[0].target, card.key_results[0].actual) == (180, 7)


def test_the_sheets_of_two_accounts_do_not_wait_for_each_other(
    warehouse_in: Any, empty: Any
) -> None:
    """Finance wrote 5 and 7. The sheets of human resources fail since the 24th, and still have a row of `bills`."""
    bills = replace(declared("bills", "flow", "day"), account="finance")
    leavers = replace(declared("leavers", "flow", "day"), account="hr")
    accounts = warehouse_in("sheets_of_two_accounts")
    values = {
        "finance": {23: [row("bills", "2026-11-23", "5")], 24: [row("bills", "2026-11-24", "7")]}
    }
    values["hr"] = {23: [row("leavers", "2026-11-23", "1"), row("bills", "2026-11-23", "90")]}
    bad = Finding(what="not_a_number", message="", is_set_aside=True)
    for account, days in values.items():
        for day, rows in days.items():
            accounts.lake.window(
                f"spreadsheet@{account}",
                "kpi_values",
                date(2026, 11, day),
                rows,
                findings=(bad,) if account == "hr" else (),
            )
        outcome = "ok" if account == "finance" else "unavailable"
        at = datetime(2026, 11, 25, 6, tzinfo=UTC)
        accounts.lake.attempt(f"spreadsheet@{account}", "kpi_values", outcome, at)
    accounts.build_over(empty, TODAY, ["spreadsheet"], sheet_kpis=[bills, leavers])

    november = period(accounts, "bills", "month", "2026-11-01")
    assert november == (Decimal(12), None, "partial", date(2026, 11, 24), "missing_days")
    assert period(accounts, "leavers", "month", "2026-11-01")[3:] == (
        date(2026, 11, 23),
        "missing_days,set_aside:spreadsheet@hr,source_failed:spreadsheet@hr",
    )
    trust = "select kpi, trust from reporting.kpis where kpi in ('bills', 'leavers')"
    assert dict(accounts.rows(trust)) == {
        "bills": "ok",
        "leavers": "source_failed:spreadsheet@hr",
    }
