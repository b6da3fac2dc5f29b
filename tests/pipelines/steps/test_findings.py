"""The table of what is wrong: each fault once, with its place, its rows, its days and the KPIs that it concerns."""

from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from connectors.lake.catalog import write_catalog
from connectors.lake.lake import Lake
from connectors.lake.manifest import Attempt, Finding, Manifest
from connectors.sdk import catalog
from pipelines.inputs.day import Day
from pipelines.okr.kpi.kpi import Kpi
from pipelines.settings import Settings, load
from pipelines.steps.findings import pull_findings, source_findings, write_findings
from pipelines.tables.findings import FINDINGS

AS_OF = date(2026, 11, 25)
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
NO_STATUS = Finding(
    what="not_allowed",
    message="orders: status `canceled` is not known; map it",
    rows=2,
    column="status",
    day=date(2026, 11, 3),
    examples=("row 4", "row 9"),
)
KPIS = [
    ("mrr", "stripe.invoice_lines"),
    ("customer_sales", "sql_database.orders"),
    ("units_sold", "sql_database.order_lines,sql_database.orders"),
    ("net_revenue", "exchange_rates.euro_rates,stripe.balance_transactions"),
    ("no_source", None),
]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation whose models have run, and which has no OKR file."""
    (tmp_path / "okrs").mkdir()
    made = Settings(
        _env_file=None,
        home=tmp_path,
        sandbox_today=AS_OF,
        okr_definitions=tmp_path / "okrs",
        sources=("hubspot", "spreadsheet", "sql_database", "stripe"),
    )
    made.warehouse_path.parent.mkdir(parents=True)
    with duckdb.connect(str(made.warehouse_path)) as connection:
        connection.execute("create schema reporting")
        connection.execute(
            "create table reporting.kpis (kpi varchar, sources varchar, model varchar)"
        )
        connection.executemany("insert into reporting.kpis values ($1, $2, 'kpi_' || $1)", KPIS)
        connection.execute(
            "create table reporting.kpi_coverage (kpi varchar, day date, flags varchar[])"
        )
    return made


def commit(
    settings: Settings,
    day: date,
    *findings: Finding,
    stream: str = "orders",
    source: str = "sql_database",
) -> None:
    Lake(settings.lake_location).commit(
        Manifest(
            source=source,
            stream=stream,
            window=day,
            data_through=day,
            pulled_at=NOON,
            rows=0,
            bytes=0,
            checksum="",
            schema_hash="",
            settled=True,
            flags=(),
            connector_version="1",
            run_id="",
            files=(),
            findings=findings,
        ),
        [],
    )


def fail(settings: Settings, source: str, stream: str, message: str) -> None:
    attempt = Attempt(source=source, stream=stream, at=NOON, outcome="unavailable", message=message)
    Lake(settings.lake_location).record(attempt)


def written(settings: Settings) -> list[dict[str, object]]:
    """The rows of the table, by the columns' names."""
    write_catalog(Lake(settings.lake_location), catalog.sources().values())
    write_findings(Day(settings, AS_OF))
    with duckdb.connect(str(settings.warehouse_path), read_only=True) as connection:
        cursor = connection.execute("from okr.findings order by what, place")
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


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
    elsewhere = Finding(**{**vars(NO_STATUS), "column": "currency"})
    commit(settings, date(2026, 11, 3), NO_STATUS, kept, elsewhere)
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


def test_a_source_that_is_down_is_one_fault(settings: Settings) -> None:
    fail(settings, "sql_database", "orders", "the database does not answer; start it")
    fail(settings, "sql_database", "order_lines", "the database does not answer; start it")
    [row] = written(settings)
    assert row["what"] == "pull_failed"
    assert (row["source"], row["stream"], row["rows"]) == ("sql_database", None, None)
    assert row["place"] == "sql_database.order_lines, sql_database.orders"
    assert row["message"] == (
        "sql_database failed: the database does not answer; start it; its KPIs keep their last values"
    )
    assert row["kpis"] == ["customer_sales", "units_sold"]


def test_streams_that_failed_for_different_reasons_are_told_apart(settings: Settings) -> None:
    fail(settings, "sql_database", "orders", "no such table")
    fail(settings, "stripe", "balance_transactions", "no such key")
    rows = written(settings)
    assert [(row["stream"], row["kpis"]) for row in rows] == [
        ("orders", ["customer_sales", "units_sold"]),
        ("balance_transactions", ["net_revenue"]),
    ]


def test_a_broken_okr_file_is_told_with_its_line(settings: Settings) -> None:
    (settings.definitions_path / "broken.yml").write_text("objective: x\nid: broken\n- y\n")
    [row] = written(settings)
    assert row["what"] == "broken_okr"
    assert str(row["place"]).endswith("broken.yml:3")
    assert row["message"] != ""
    assert (row["source"], row["rows"], row["first_day"], row["is_fault"]) == (
        None,
        None,
        None,
        True,
    )


def test_a_broken_declaration_concerns_the_kpi_that_it_names(settings: Settings) -> None:
    sheet_kpis = settings.home_path / "sheet_kpis.yml"
    sheet_kpis.write_text("headcount:\n  kind: pile\nhires:\n  kind: flow\n")
    rows = written(settings.model_copy(update={"sheet_kpis": str(sheet_kpis)}))
    assert {row["what"] for row in rows} == {"broken_kpi"}
    assert {tuple(row["kpis"]) for row in rows} == {("headcount",), ("hires",)}
    assert all(str(row["place"]).startswith(f"{sheet_kpis}:") for row in rows)


def test_what_was_mended_is_no_longer_told(settings: Settings) -> None:
    commit(settings, date(2026, 11, 3), NO_STATUS)
    assert len(written(settings)) == 1
    commit(settings, date(2026, 11, 3))
    assert written(settings) == []


def test_every_column_is_explained() -> None:
    assert all(column.comment for column in FINDINGS.columns.values())


def test_subscriptions_that_differ_from_what_is_billed_are_told_by_kind_and_fail_no_run(
    settings: Settings,
) -> None:
    with duckdb.connect(str(settings.warehouse_path)) as connection:
        connection.execute("create schema comparisons")
        connection.execute(
            "create table comparisons.subscription_differences as "
            "select 'stripe' as source, 'main' as account, 'invoice_lines' as stream, * from (values "
            "(date '2026-11-03', 'unlisted', 2), (date '2026-11-04', 'unlisted', 5), "
            "(date '2026-11-04', 'unbilled', 1)) as rows(day, difference, subscription_items)"
        )
    unlisted, unbilled = sorted(
        written(settings), key=lambda row: "are active" in str(row["message"])
    )
    columns = ("what", "source", "stream", "rows", "first_day", "last_day", "kpis", "is_fault")
    place = ("differs_from_total", "stripe", "invoice_lines")
    first, last = date(2026, 11, 3), date(2026, 11, 4)
    assert [unlisted[name] for name in columns] == [*place, 5, first, last, ["mrr"], False]
    assert [unbilled[name] for name in columns] == [*place, 1, last, last, ["mrr"], False]
    assert "on 2 days up to 2026-11-04, up to 5 subscription items" in str(unlisted["message"])
    assert "why they were not billed" in str(unbilled["message"])


def test_rows_that_no_day_counts_are_told_by_account_and_stream(settings: Settings) -> None:
    with duckdb.connect(str(settings.warehouse_path)) as connection:
        connection.execute("create schema comparisons")
        for model, source, account, stream, *days in (
            ("order_lines_without_order", "sql_database", "main", "order_lines", 3, 1200),
            ("deals_without_close_date", "hubspot", "eu", "deals", 1),
        ):
            connection.execute(
                f"create table comparisons.{model} as "
                f"select '{source}' as source, '{account}' as account, '{stream}' as stream, "
                f"date '2026-11-03' + place::int as day, count as row_count "
                f"from (select unnest({days}) as count, generate_subscripts({days}, 1) as place)"
            )
    deals, lines = written(settings)
    columns = ("what", "place", "rows", "last_day", "is_set_aside", "is_fault", "kpis")
    assert [deals[name] for name in columns] == [
        *("no_close_date", "hubspot@eu.deals, last changed from 2026-11-04 to 2026-11-04"),
        *(1, date(2026, 11, 4), True, True, []),
    ]
    assert [lines[name] for name in columns] == [
        *("no_order", "sql_database.order_lines, last changed from 2026-11-04 to 2026-11-05"),
        *(1203, date(2026, 11, 5), True, False, ["units_sold"]),
    ]
    assert lines["message"] == (
        "order lines whose order is not in the lake, so that they have no day are left out: 1,203; see whether "
        "the orders were deleted in the database, or set OKRA_START_DATE to before they were placed"
    )


def test_a_roster_that_cannot_be_read_is_told_with_the_kpis_that_ask_for_it(
    settings: Settings,
) -> None:
    commit(settings, date(2026, 11, 3))
    with duckdb.connect(str(settings.warehouse_path)) as connection:
        connection.execute(
            "create table reporting.roster_sales_reps as "
            "select 'kim' as member, 'ann@example.com' as first_day, null as last_day"
        )
    [row] = written(settings)
    assert (row["what"], row["kpis"]) == ("broken_roster", ["deals_closed"])
    assert row["place"] == "models/rosters/roster_sales_reps.sql"
    message = str(row["message"])
    assert message.endswith(
        "without its roster: KPI deals_closed; mend models/rosters/roster_sales_reps.sql"
    )
    assert "ann@example.com" not in message


def test_a_kpi_whose_values_cannot_be_right_is_told_once_for_all_days(settings: Settings) -> None:
    with duckdb.connect(str(settings.warehouse_path)) as connection:
        connection.execute(
            "insert into reporting.kpi_coverage values "
            "('units_sold', date '2026-11-02', ['fraction']), "
            "('units_sold', date '2026-11-03', ['doubtful:stripe', 'fraction']), "
            "('customer_sales', date '2026-11-03', ['empty_value', 'sampled']), "
            "('quits', date '2026-11-03', ['impossible_proportion'])"
        )
        connection.execute(
            "insert into reporting.kpis values ('quits', 'spreadsheet.kpi_values', 'sheet_kpi_days')"
        )
    empty, fraction, share = written(settings)
    assert (share["what"], share["kpis"]) == ("impossible_proportion", ["quits"])
    assert share["place"] == "models/kpis/sheet_kpis.yml", "its SQL is not its own"
    assert "above 100 %: mend the rows or their SQL" in str(share["message"])
    columns = ("what", "place", "kpis", "first_day", "last_day", "is_fault")
    third = date(2026, 11, 3)
    assert [empty[name] for name in columns] == [
        *(
            "empty_value",
            "models/kpis/kpi_customer_sales.sql",
            ["customer_sales"],
            third,
            third,
            True,
        )
    ]
    assert [fraction[name] for name in columns] == [
        *(
            "fraction",
            "models/kpis/kpi_units_sold.sql",
            ["units_sold"],
            date(2026, 11, 2),
            third,
            True,
        )
    ]
    assert "declare the precision" in str(fraction["message"])


def test_a_fault_of_a_source_names_its_own_kpis_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not those of a source whose name it begins with."""
    streams = (
        "{orders: {path: orders, key: id, append: day, columns: {id: integer, day: timestamp}}}"
    )
    sound = f"connector: rest, base_url: https://shop.example, streams: {streams}"
    (tmp_path / "okra.yml").touch()
    (tmp_path / "sources.yml").write_text(f"shop: {{{sound}}}\nshop_eu: {{{sound}, zone: UTC}}\n")
    monkeypatch.setenv("OKRA_PROJECT", str(tmp_path))
    fed = {("shop", "orders"): ["net_sales"], ("shop_eu", "orders"): ["net_sales_eu"]}
    [finding] = source_findings(load(), fed)
    assert finding.kpis == ["net_sales_eu"]


def test_a_sheet_that_fails_concerns_the_kpis_of_its_own_account() -> None:
    kpis = {
        name: Kpi(name, "flow", account=account)
        for name, account in (("bills", "finance"), ("leavers", "hr"))
    }
    fed = {("spreadsheet", "kpi_values"): ["bills", "leavers"]}
    failed = Attempt(source="spreadsheet@hr", stream="kpi_values", at=NOON, outcome="unavailable")
    [finding] = pull_findings([failed], fed, kpis)
    assert (finding.account, finding.kpis) == ("hr", ["leavers"])


def test_a_row_of_a_sheet_of_check_ins_is_no_fault_and_gone_once_it_is_corrected(
    settings: Settings,
) -> None:
    sheet = {"source": "check_ins", "stream": "check_ins"}
    no_day = Finding(what="no_date", message="weekly.csv, row 4, column day, is empty: write it")
    commit(settings, date(2026, 11, 23), no_day, **sheet)
    commit(settings, date(2026, 11, 24), no_day, **sheet)
    [told] = written(settings)
    assert (told["message"], told["rows"], told["is_fault"]) == (no_day.message, 1, False)
    commit(settings, date(2026, 11, 25), **sheet)
    assert written(settings) == []


def test_a_check_in_that_cannot_be_read_is_told_and_no_fault(settings: Settings) -> None:
    settings.check_ins_path.mkdir()
    (settings.check_ins_path / "2026.yml").write_text("- {key_result: ship/units, note: x}\n")
    [told] = written(settings)
    assert (told["what"], told["is_fault"]) == ("broken_check_in", False)
    assert str(told["message"]).endswith("2026.yml:1: no `day`; add it such as `day: 2026-11-20`")


def test_check_ins_that_were_read_last_stay_where_their_sheet_cannot_be_read() -> None:
    denied = "Google Sheets denies access; share the document"
    failed = Attempt(
        source="check_ins@ops", stream="check_ins", at=NOON, outcome="permission", message=denied
    )
    [told] = pull_findings([failed], {}, {})
    assert told.message == f"check_ins@ops failed: {denied}; the check-ins that were read last stay"
