"""What is wrong by the models' own figures names the file that somebody can mend."""

import duckdb

from pipelines.steps.figure_findings import value_findings


def test_a_value_that_cannot_be_is_found_where_its_kpi_is_declared() -> None:
    with duckdb.connect() as connection:
        connection.execute("create schema reporting")
        connection.execute("create table reporting.kpis (kpi varchar, model varchar)")
        connection.execute(
            "insert into reporting.kpis values "
            "('mrr', 'kpi_mrr'), ('sales', 'kpi_sales'), ('staff', 'fct_sheet_kpis')"
        )
        connection.execute(
            "create table reporting.kpi_coverage as "
            "select kpi, date '2026-11-02' as day, ['empty_value'] as flags from reporting.kpis"
        )
        findings = value_findings(connection, "kpis/sheet_kpis.yml", {"sales": "kpis/shop.yml:3"})
        places = {row.kpis[0]: row.place for row in findings}
    assert places["mrr"] == "models/kpis/kpi_mrr.sql"
    assert places["sales"] == "kpis/shop.yml:3"
