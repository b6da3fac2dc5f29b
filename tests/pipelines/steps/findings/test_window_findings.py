"""What is wrong in windows that were pulled: each fault once, with its place, rows, days and the KPIs it concerns."""

from datetime import date

from connectors.lake.manifest import Finding
from pipelines.settings import Settings
from pipelines.tables.findings import FINDINGS
from tests.pipelines.steps.findings.noted import NO_STATUS, commit, written


def test_the_table_is_empty_when_all_is_well(settings: Settings) -> None:
    commit(settings, date(2026, 11, 3))
    assert written(settings) == []


def test_a_finding_of_a_window_is_told_with_its_rows_days_and_kpis(settings: Settings) -> None:
    commit(settings, date(2026, 11, 3), NO_STATUS)
    assert written(settings) == [
        {
            "what": "not_allowed",
            "source": "sql_database",
            "stream": "orders",
            "place": "sql_database.orders, window 2026-11-03, column status",
            "message": "orders: status `canceled` is not known; map it",
            "rows": 2,
            "first_day": date(2026, 11, 3),
            "last_day": date(2026, 11, 3),
            "is_set_aside": True,
            "is_fault": True,
            "kpis": ["customer_sales", "units_sold"],
            "examples": ["row 4", "row 9"],
            "account": "main",
        }
    ]


def test_the_same_fault_in_several_windows_is_told_once(settings: Settings) -> None:
    commit(settings, date(2026, 11, 3), NO_STATUS)
    later = Finding(
        **{**vars(NO_STATUS), "rows": 5, "day": date(2026, 11, 7), "examples": ("a", "b")}
    )
    commit(settings, date(2026, 11, 7), later)
    [row] = written(settings)
    assert (row["rows"], row["first_day"], row["last_day"]) == (
        7,
        date(2026, 11, 3),
        date(2026, 11, 7),
    )
    assert row["place"] == "sql_database.orders, windows 2026-11-03 to 2026-11-07, column status"
    assert row["examples"] == ["row 4", "row 9", "a"]


def spent(day: int, come_to: int, column: str = "spend") -> Finding:
    """A day of which the campaigns' spend comes to less than the account's 100."""
    return Finding(
        what="differs_from_total",
        message=f"{column} of the rows come to {come_to}, and Meta Ads by itself says 100",
        rows=0,
        is_set_aside=False,
        column=column,
        day=date(2026, 11, day),
        examples=(f"2026-11-{day:02d}: {come_to} of 100",),
    )


def test_days_that_differ_from_a_total_are_told_once_whatever_their_numbers(
    settings: Settings,
) -> None:
    for day, come_to in ((5, 12), (3, 10), (4, 11)):
        commit(settings, date(2026, 11, day), spent(day, come_to))
    [row] = written(settings)
    assert row["message"] == (
        "3 windows differ; in the first, spend of the rows come to 10, and Meta Ads by itself says 100"
    )
    assert (row["first_day"], row["last_day"]) == (date(2026, 11, 3), date(2026, 11, 5))
    assert row["examples"] == [f"2026-11-0{n}: {n + 7} of 100" for n in (3, 4, 5)]
    assert row["is_set_aside"] is False


def test_columns_that_differ_from_a_total_are_told_apart(settings: Settings) -> None:
    commit(settings, date(2026, 11, 3), spent(3, 10), spent(3, 10, "clicks"))
    first, second = sorted(row["message"] for row in written(settings))
    assert first == "clicks of the rows come to 10, and Meta Ads by itself says 100"
    assert second == "spend of the rows come to 10, and Meta Ads by itself says 100"


def test_what_differs_is_told_apart(settings: Settings) -> None:
    kept = Finding(**{**vars(NO_STATUS), "is_set_aside": False})
    other_column = Finding(**{**vars(NO_STATUS), "column": "currency"})
    commit(settings, date(2026, 11, 3), NO_STATUS, kept, other_column)
    commit(settings, date(2026, 11, 3), NO_STATUS, stream="order_lines")
    assert len(written(settings)) == 4


def test_a_finding_without_a_day_has_those_of_its_window(settings: Settings) -> None:
    commit(settings, date(2026, 11, 9), Finding(what="no_day", message="a row without a day"))
    [row] = written(settings)
    assert (row["first_day"], row["last_day"]) == (date(2026, 11, 9), date(2026, 11, 9))
    assert row["place"] == "sql_database.orders, window 2026-11-09"


def test_a_finding_that_names_its_kpi_concerns_no_other(settings: Settings) -> None:
    commit(settings, date(2026, 11, 3), Finding(what="no_number", message="x", kpi="units_sold"))
    [row] = written(settings)
    assert row["kpis"] == ["units_sold"]


def test_every_column_is_explained() -> None:
    assert all(column.comment for column in FINDINGS.columns.values())
