"""What stands in for our macros and dbt's while models are linted: SQL of the same shape, as short as it can be.

sqlfluff's own template engine cannot follow dbt's dispatch, and dbt's needs a lake to compile.
"""

from collections.abc import Callable


def _call(name: str) -> Callable[..., str]:
    return lambda *arguments, **options: f"{name}({', '.join(map(str, arguments))})"


class _Dbt:
    """The cross-database macros that models use."""

    def __getattr__(self, name: str) -> Callable[..., str]:
        return (lambda: "varchar") if name == "type_string" else _call(name)


dbt = _Dbt()
add_days = _call("add_days")
add_seconds = _call("add_seconds")
add_months = _call("add_months")
as_of = _call("today")
business_day = _call("business_day")
a_month = _call("a_month")
days_from = _call("days_from")
each_day = each_element = _call("unnest")
first_of = _call("first_of")
in_major_units = _call("in_major_units")
joined_texts = _call("joined_texts")
list_of = _call("list_of")
map_of = _call("map_of")
map_from_json = _call("map_from_json")
is_as_long = _call("is_as_long")
quotient = cross_rate = _call("quotient")
joined_columns = _call("joined_columns")
seconds_from = _call("seconds_from")
converted = _call("converted")
mean_rate = _call("avg")
owner_without_name = _call("owner_without_name")
instance_of = _call("instance_of")
read_catalog = read_lake = _call("read_lake")
start_of = _call("start_of")
start_after = _call("start_after")
sorted_list = _call("sorted_list")
value_fault = _call("value_fault")
counting_account = _call("counting_account")


def amount_type() -> str:
    return "decimal(38, 6)"


def largest_members() -> str:
    return "1000"


def instant_type() -> str:
    return "timestamp with time zone"


def rate_type() -> str:
    return "decimal(38, 12)"


def quoted(text: object) -> str:
    return f"'{text}'"


def reporting_currency() -> str:
    return "'USD'"


def run_id() -> str:
    return "'run'"


def period_kinds() -> list[str]:
    return ["day", "week"]


def kpi_models() -> list[str]:
    return ["kpi_it"]


def streams_feeding(_models: list[str]) -> str:
    return "select 'kpi_it' as model, 'source' as source, 'stream' as stream"


def newest_versions(_model: str, key: str, _changed_at: str = "") -> str:
    return f"select {key} from versions"


def rows_to_take(model: str) -> str:
    return model


def tested_rows(model: str) -> str:
    return model


def kpi_row_columns() -> dict[str, str]:
    return {"kpi": "varchar", "day": "date", "value": "decimal(38, 6)"}


def taken_by_window() -> dict[str, str]:
    return {}


viewed_by_window = read_in_place = taken_by_window


def model_fingerprint() -> str:
    return "made"


def kept_by_day() -> dict[str, str]:
    return {}


kept_by_period = kept_by_day


def digest(columns: list[str]) -> str:
    return f"hash({', '.join(columns)})"


def is_due(coverage: str) -> str:
    return f"{coverage}.kpi <> 'it'"


def rows_of_kpis(*, kept: bool = False) -> str:
    del kept
    return "select 'it' as kpi, 'day' as day, 'it' as dimensions, 1 as value"


def distinct_rows_of_kpis() -> str:
    return "select 'it' as kpi, 'day' as period, 1 as value"


def rows_or_none(_model: str, columns: dict[str, str]) -> str:
    return f"select {', '.join(columns)} from rows_or_none"


def is_whole(column: str) -> str:
    return f"{column} <> 'broken'"


def check_kpis() -> str:
    return ""


def sheet_rows_by_day(rows: str) -> str:
    columns = "kpi,\n        day,\n        dimensions,\n        value,\n        numerator,\n        denominator"
    return f"final as (\n    select\n        {columns}\n    from {rows}\n)"
