"""Sources that failed and files that are broken, with the KPIs that they concern."""

from datetime import date
from pathlib import Path

import pytest

from connectors.lake.lake import Lake
from connectors.lake.manifest import Attempt
from pipelines.okr.kpi.kpi import Kpi
from pipelines.settings import Settings, load
from pipelines.steps.findings import pull_findings, source_findings
from tests.pipelines.steps.findings.noted import NO_STATUS, NOON, commit, written


def fail(settings: Settings, source: str, stream: str, message: str) -> None:
    attempt = Attempt(source=source, stream=stream, at=NOON, outcome="unavailable", message=message)
    Lake(settings.lake_location).record(attempt)


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
