"""SQLAlchemy with a DuckDB dialect: reflects the published file and queries it."""

import json
import sys
from datetime import timezone

import sqlalchemy
from sqlalchemy import MetaData, create_engine, func, select

engine = create_engine(f"duckdb:///{sys.argv[1]}", connect_args={"read_only": True})
metadata = MetaData()
metadata.reflect(engine)
periods = metadata.tables["kpi_periods"]
moments = metadata.tables["kpi_period_history"].c.known_from
query = (
    select(periods.c.period_start, periods.c.value)
    .where(periods.c.kpi == "net_revenue", periods.c.period == "month")
    .where(periods.c.dimension == "currency", periods.c.member == "USD", periods.c.complete)
    .order_by(periods.c.period_start)
)
with engine.connect() as connection:
    revenue = {day.isoformat()[:7]: str(value) for day, value in connection.execute(query)}
    first, microseconds = connection.execute(
        select(func.min(moments), func.epoch_us(func.min(moments)))
    ).one()
    [[dimensions]] = connection.execute(select(metadata.tables["kpi_days"].c.dimensions).limit(1))
    questions = {
        title: [[str(cell) for cell in row] for row in connection.exec_driver_sql(question)]
        for title, question in json.load(sys.stdin).items()
    }
    try:
        connection.exec_driver_sql("create table mine (a integer)")
        refusal = None
    except Exception as error:  # each dialect raises its own exception
        refusal = str(error)
answers = {
    "version": sqlalchemy.__version__,
    "tables": {
        name: [table.comment, {column.name: column.comment for column in table.columns}]
        for name, table in metadata.tables.items()
    },
    "types": {column.name: type(column.type).__name__.upper() for column in periods.columns},
    "revenue": revenue,
    "moment": first.astimezone(timezone.utc).timestamp(),  # noqa: UP017
    "microseconds": microseconds,
    "dimensions": dimensions,
    "refusal": refusal,
    "questions": questions,
}
sys.stdout.write(json.dumps(answers))
