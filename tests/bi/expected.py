"""The questions that each client is asked, and the answers from the sample company's books."""

from connectors.sandbox.figures import NET_REVENUE_CENTS, UNITS_SOLD

FROM, TO = "2026-01-01", "2026-10-31"
"""The complete months of the year, on the sample company's present day."""

QUESTIONS = {
    "tables": "select table_name, comment from duckdb_tables() order by table_name",
    "columns": """
        select table_name, column_name, comment
        from duckdb_columns()
        where not internal and table_name in (select table_name from duckdb_tables())
    """,
    "columns_of_views": """
        select table_name, column_name, comment from duckdb_columns() where table_name like 'kpi_%_daily'
    """,
    "rows": "select count(*) from kpi_periods",
    "revenue": f"""
        select strftime(day, '%Y-%m') as month, sum(value) as revenue
        from kpi_days
        where kpi = 'net_revenue' and dimensions['currency'] = 'USD' and day between '{FROM}' and '{TO}'
        group by month
        order by month
    """,
    "units": """
        select dimensions['product'] as product, sum(value) as units
        from kpi_days
        where kpi = 'units_sold' and day between '2026-09-01' and '2026-09-30'
        group by product
        order by product
    """,
    "days": """
        select day, dimensions, value
        from kpi_days
        where kpi = 'units_sold' and day = '2026-09-30'
        order by dimensions['product'], dimensions['color']
        limit 1
    """,
    "lists": "select dimensions from kpis where kpi = 'ad_spend'",
    "instants": """
        select known_from, epoch_us(known_from) as microseconds
        from kpi_period_history
        order by known_from
        limit 1
    """,
}
"""One SQL statement per question. A client answers with rows, each a list: decimals as text, days and timestamps in
ISO 8601 and UTC."""

REVENUE = {
    f"{year}-{month:02}": cents
    for (year, month), cents in NET_REVENUE_CENTS.items()
    if f"{year}-{month:02}" <= TO[:7]
}
"""Net revenue by month, in cents."""
UNITS = {product: months[2026, 9] for product, months in sorted(UNITS_SOLD.items())}
"""Units sold in September 2026, by product."""
