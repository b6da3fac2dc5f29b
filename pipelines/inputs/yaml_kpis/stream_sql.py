"""The SQL of a KPI that is worked out from the rows of a stream, as a model of the dbt project."""

from collections.abc import Sequence

from pipelines.inputs.generated_models import NEWEST
from pipelines.inputs.yaml_kpis.forms import StreamKpi
from pipelines.okr.kpi.periods import CADENCES

AMOUNTS = ("value", "numerator", "denominator")
ROWS = """\
with rows_of_stream as (
    select
        *,
        {{{{ day_of(adapter.quote("{day}")) }}}} as okra_day
    from {{{{ ref("{model}") }}}}
),
"""
CONDITION = "okra_day is not null"


def model_of(source: str) -> str:
    """The model that a KPI reads: the staging model of `shop.orders`, or the model of that name."""
    name, _, stream = source.partition(".")
    return f"stg_{name}__{stream}" if stream else name


def sql_of(form: StreamKpi, day: str, *, is_present: bool = False) -> str:
    """The model of the KPI. `day` is the column that places a row in its day.

    `is_present`: of the snapshots of a stream, only the newest counts.
    """
    model = f"{model_of(form.source)}{NEWEST if is_present else ''}"
    head = ROWS.format(day=day, model=model)
    body = distinct_rows(form) if form.kind == "distinct" else rows_by_day(form)
    return f"{head}\nfinal as (\n{indented(body)}\n)\n\nselect * from final\n"


def rows_by_day(form: StreamKpi) -> str:
    """The query of a day's values, by the members of all dimensions."""
    columns = ["okra_day as day", "account", *(member_of(form, x) for x in form.dimensions)]
    amounts = [f"{getattr(form, key)} as {key}" for key in AMOUNTS if getattr(form, key)]
    return selected([*columns, *amounts], form, len(columns))


def distinct_rows(form: StreamKpi) -> str:
    """The query of each period's distinct counts: of the whole, and by each dimension. They do not add up."""
    queries = []
    for period in CADENCES:
        start = f'{{{{ start_of("\'{period}\'", "okra_day") }}}} as period_start'
        for dimension in ("", *form.dimensions):
            members = [
                member_of(form, name) if name == dimension else nothing(name)
                for name in form.dimensions
            ]
            columns = [f"'{period}' as period", start, "account", *members]
            queries.append(selected([*columns, f"{form.value} as value"], form, len(columns)))
    return "\nunion all\n".join(queries)


def member_of(form: StreamKpi, dimension: str) -> str:
    """The column of a dimension. A row without a member is of the member `unknown`, one with an empty text too."""
    column = f'{{{{ adapter.quote("{dimension}") }}}}'
    expression = form.members.get(dimension, column)
    return f"coalesce(nullif(cast({expression} as {{{{ dbt.type_string() }}}}), ''), 'unknown') as {column}"


def nothing(dimension: str) -> str:
    """The column of a dimension that a row is not about."""
    return f'cast(null as {{{{ dbt.type_string() }}}}) as {{{{ adapter.quote("{dimension}") }}}}'


def selected(columns: Sequence[str], form: StreamKpi, groups: int) -> str:
    """A query over the rows that count, grouped by the first columns."""
    where = f"{CONDITION}\n    and ({form.where})" if form.where else CONDITION
    listed = ",\n    ".join(columns)
    grouped = ", ".join(str(place) for place in range(1, groups + 1))
    return f"select\n    {listed}\nfrom rows_of_stream\nwhere {where}\ngroup by {grouped}"


def indented(text: str) -> str:
    """Four blanks before each line."""
    return "\n".join(f"    {line}" if line else line for line in text.splitlines())
