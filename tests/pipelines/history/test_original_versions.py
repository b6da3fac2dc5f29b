"""What was first published of a period that has been restated since."""

from datetime import date
from decimal import Decimal

from pipelines.history.original_versions import original_versions
from pipelines.history.restatements import log_restatements
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.periods import parse_period
from tests.pipelines.history.conftest import at

REVENUE = Kpi("net_revenue", "flow", "USD", dimensions=("product",), precision=2)
OCTOBER = date(2026, 10, 1)


def month(value, **said):
    return {"value": Decimal(value), **said}


def day(value, **said):
    """The last of October, by product where that is said."""
    own = {"period": "day", "period_start": "2026-10-31", "period_end": "2026-10-31"}
    return {"value": Decimal(value), **own, **said}


def widgets(row):
    return {**row, "dimension": "product", "member": "widget"}


def run(believer, now, value, **said):
    """A run that believes so much of October, all of which came on its last day, from widgets."""
    believer.kpis(at(now), month(value, **said), day(value, **said), widgets(day(value, **said)))
    log_restatements(believer.history, believer.warehouse)


def october(believer):
    versions = original_versions(believer.history, believer.warehouse, {"net_revenue": REVENUE})
    return versions["net_revenue"]["month", OCTOBER]


def test_it_is_what_was_believed_when_the_period_was_first_published_whole(believer):
    run(believer, "2026-10-30", 70, status="partial", data_through="2026-10-29")
    run(believer, "2026-11-01", 90, status="provisional")
    run(believer, "2026-11-03", 100, status="provisional")
    run(believer, "2026-11-20", 104)
    original = october(believer)
    days = parse_period("2026-10")
    assert original["total"].whole(days).value == 90
    assert original["product"].by_member(("product",), days)[("widget",)].value == 90


def test_dimensions_inside_each_other_were_not_kept(believer):
    run(believer, "2026-11-01", 90)
    run(believer, "2026-11-03", 100)
    assert "product" in october(believer)
    assert not any(">" in dimension for dimension in october(believer))


def test_a_period_that_was_never_restated_is_not_asked_for(believer):
    run(believer, "2026-10-30", 70, status="partial", data_through="2026-10-29")
    run(believer, "2026-11-01", 90)
    assert original_versions(believer.history, believer.warehouse, {"net_revenue": REVENUE}) == {}


def test_without_a_history_nothing_was_published(tmp_path):
    nowhere = tmp_path / "history.duckdb"
    assert original_versions(nowhere, tmp_path / "warehouse.duckdb", {}) == {}
