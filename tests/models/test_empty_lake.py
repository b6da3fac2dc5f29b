"""A lake without a single window: everything is there, and nothing is in it."""

import json


def columns_of(warehouse, table: str) -> dict[str, str]:
    """The columns of a table with their types."""
    return dict(
        warehouse.rows(
            "select column_name, data_type from information_schema.columns "
            f"where table_schema || '.' || table_name = '{table}'"
        )
    )


def test_a_stream_that_was_never_pulled_is_an_empty_table_with_its_types(empty) -> None:
    movements = columns_of(empty, "staging.stg_stripe__balance_transactions")
    assert movements["movement_id"] == "VARCHAR"
    assert movements["amount_minor"] == "BIGINT"
    assert movements["created_at"] == "TIMESTAMP WITH TIME ZONE"
    assert movements["available_on"] == "DATE"
    assert movements["_window"] == "DATE"
    months = columns_of(empty, "staging.stg_google_analytics__visitors_by_month")
    assert (months["month_start"], months["visitors"]) == ("DATE", "BIGINT")


def test_an_amount_is_a_decimal_even_where_there_is_none(empty) -> None:
    assert columns_of(empty, "marts.fct_balance_movements")["net"] == "DECIMAL(38,6)"
    assert columns_of(empty, "marts.fct_orders")["amount"] == "DECIMAL(38,6)"
    assert columns_of(empty, "reporting.kpi_periods")["value"] == "DECIMAL(38,6)"


def test_no_kpi_has_a_value_and_none_has_a_zero(empty) -> None:
    for table in ("kpi_periods", "kpi_days", "kpi_distinct", "kpi_coverage"):
        assert empty.column(f"select count(*) from reporting.{table}") == [0], table


def test_every_kpi_is_known_and_reaches_nowhere(empty, pytestconfig) -> None:
    files = (pytestconfig.rootpath / "models/kpis").glob("kpi_*.sql")
    kpis = empty.rows("select kpi, data_from, data_through from reporting.kpis order by kpi")
    assert kpis == [(name, None, None) for name in sorted(f.stem[4:] for f in files)]


def test_every_model_describes_the_columns_it_has(empty) -> None:
    manifest = json.loads((empty.parsed / "manifest.json").read_bytes())
    described = {
        f"{node['schema']}.{node['name']}.{name}"
        for node in manifest["nodes"].values()
        for name, column in node["columns"].items()
        if column["description"]
    }
    columns = empty.column(
        "select table_schema || '.' || table_name || '.' || column_name "
        "from information_schema.columns where table_schema not in ('main', 'lake_state')"
    )
    assert described == set(columns)
