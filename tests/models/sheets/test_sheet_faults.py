"""What is missing in a sheet, or cannot be right, is told of its KPI and days alone. Worked out by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from connectors.lake.manifest import Finding
from tests.models.sheets.written_rows import TODAY, declared, period, row


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
