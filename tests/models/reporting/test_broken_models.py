"""The quarter once more, without the KPIs and models that failed. Its figures are in conftest.py."""

import pytest

from tests.models.reporting.conftest import AS_OF

FAILED_MODELS = (
    "fct_exchange_rates",
    "fct_monthly_exchange_rates",
    "kpi_sessions",
    "sheet_kpi_days",
    "sheet_kpi_given_days",
)
FAILED_KPIS = ("engagement_rate", "sessions", "site_visitors")


@pytest.fixture(scope="session")
def crippled(built, quarter):
    """The quarter's warehouse, in which some models failed and the reporting tables were built without them."""

    def make(warehouse) -> None:
        changed = quarter.copy_to(warehouse.folder)
        for model in ("marts.fct_exchange_rates", "marts.fct_monthly_exchange_rates"):
            changed.alter(f"drop table {model}")
        for model in ("kpi_sessions", "sheet_kpi_days", "sheet_kpi_given_days"):
            changed.alter(f"drop view kpis.{model}")
        changed.build(
            AS_OF,
            "--select",
            "kpi_converted_amounts+",
            "kpi_distinct+",
            "--exclude",
            "test_type:singular",
            broken_models=",".join(FAILED_MODELS),
            broken_kpis=",".join(FAILED_KPIS),
        )

    return built("crippled", make)


def test_a_kpi_that_failed_keeps_its_row_and_has_no_figure(crippled) -> None:
    failed = crippled.rows(
        "select kpi, trust, data_from, data_through, sources from reporting.kpis "
        "where list_contains(standing_flags, 'model_failed') order by kpi"
    )
    traffic = "google_analytics.traffic_by_channel"
    visitors = "google_analytics.visitors_by_day,google_analytics.visitors_by_month"
    assert failed == [
        ("engagement_rate", "model_failed", None, None, traffic),
        ("sessions", "model_failed", None, None, traffic),
        ("site_visitors", "model_failed,source_failed:google_analytics", None, None, visitors),
    ]
    for table in ("kpi_periods", "kpi_days", "kpi_coverage", "kpi_distinct"):
        # a day without a row of a flow that was delivered would be 0
        rows = crippled.rows(f"select * from reporting.{table} where kpi in {FAILED_KPIS}")
        assert rows == [], table


def test_all_other_kpis_are_as_they_were(crippled, quarter) -> None:
    query = (
        "select kpi, period, period_start, dimension, member, value, status, trust "
        f"from reporting.kpi_periods where kpi not in {FAILED_KPIS} order by all"
    )
    rows = crippled.rows(query)
    assert rows == quarter.rows(query)
    assert {row[0] for row in rows} >= {"page_likes", "net_revenue", "units_sold", "page_followers"}
