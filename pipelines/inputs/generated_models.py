"""The models that come of declarations: the staging models of declared streams, and what describes generated KPIs.

A stream of `sources.yml` becomes `stg_<source>__<stream>`, by how its rows come:

    cursor             the newest version of each key and account, without those that are gone at the source
    append, whole, …   the rows
    snapshot           the rows of each day, and in `stg_<source>__<stream>_newest` the present state of each account

Each has the declared columns and `account`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from connectors.sdk.contract import Stream
from pipelines.okr.kpi.kpi import Kpi

Files = Mapping[str, str]
"""The content of files, by their place in the dbt project."""

NEWEST = "_newest"
"""How the model ends that has the present state of a stream of snapshots."""
ACCOUNT = "Account that it was pulled from; `main` for the one without a name"
LOADED = {
    "_window": "First day of the window the row was pulled in",
    "_file": "Name of the window's content that the row belongs to; with other content it is another",
    "_loaded_by": "Fingerprint of the model that loaded the row",
}
"""The columns that say where a row came from."""


def staging_files(source: str, stream: Stream) -> Files:
    """The models of one declared stream, and what describes them."""
    folder, model = f"models/staging/{source}", staging_model(source, stream.name)
    base = model.replace("stg_", "base_", 1)
    files: dict[str, str] = {}

    def add(name: str, sql: str, description: str, key: Iterable[str], loaded: bool) -> None:
        files[f"{folder}/{name}.sql"] = sql
        columns = described_columns(stream, loaded)
        files[f"{folder}/{name}.yml"] = described_model(name, description, key, columns)

    key = ["account", *stream.key]
    if stream.mutable:
        versions = (
            f"Versions of rows of {source}.{stream.name}: a window holds the changes seen in it."
        )
        add(base, rows_sql(source, stream), versions, [*key, "_window"], True)
        add(
            model,
            newest_sql(base, stream),
            f"{stream.description}: the newest version of each.",
            key,
            False,
        )
        return files
    add(model, rows_sql(source, stream), stream.description, [*key, "_window"], True)
    if stream.snapshot:
        present = f"{stream.description}: the present state of each account."
        add(f"{model}{NEWEST}", present_sql(model, source, stream), present, key, False)
    return files


def staging_model(source: str, stream: str) -> str:
    """The name of the staging model of a stream."""
    return f"stg_{source}__{stream}"


def rows_sql(source: str, stream: Stream) -> str:
    """A model with the rows as they were pulled."""
    return f"""with source as (
    select * from {{{{ read_lake("{source}", "{stream.name}") }}}}
),

final as (
    select
{listed(stream)},

        -- where it came from
        _window,
        _file,
        _loaded_by
    from source
)

select * from final
"""


def newest_sql(base: str, stream: Stream) -> str:
    """A model with the newest version of each row that is not gone."""
    key = ", ".join(f'"{name}"' for name in stream.key)
    gone = f'\n    where "{stream.gone}" is null' if stream.gone else ""
    return f"""{{{{ config(materialized="table") }}}}

with newest as ({{{{ newest_versions("{base}", '{key}', '"{stream.cursor}"') }}}}),

final as (
    select
{listed(stream)}
    from newest{gone}
)

select * from final
"""


def present_sql(model: str, source: str, stream: Stream) -> str:
    """A model with the rows of each account's newest snapshot, which may have none."""
    return f"""{{{{ config(materialized="table") }}}}

with snapshots as (
    select * from {{{{ ref("{model}") }}}}
),

newest as (
    select
        account as newest_account,
        max(window_start) as newest_window
    from {{{{ ref("stg_lake__windows") }}}}
    where source = '{source}' and stream = '{stream.name}'
    group by 1
),

final as (
    select
{listed(stream)}
    from snapshots
    inner join newest on snapshots.account = newest_account and snapshots._window = newest_window
)

select * from final
"""


def listed(stream: Stream) -> str:
    """The columns of a stream in a select list. A name may be a word of SQL."""
    return ",\n".join(
        f"        {name}" for name in (*(f'"{x}"' for x in stream.schema.names), "account")
    )


def described_columns(stream: Stream, loaded: bool) -> Mapping[str, str]:
    """The columns of a staging model, with what they are."""
    own = {
        column.name: (column.metadata or {}).get(b"description", b"").decode() or column.name
        for column in stream.schema
    }
    return {**own, "account": ACCOUNT, **(LOADED if loaded else {})}


def sources_file(source: str, title: str, streams: Iterable[Stream]) -> Files:
    """What describes the declared streams of a source to dbt."""
    tables = [
        {
            "name": stream.name,
            "description": as_text(stream.description),
            "config": {"meta": {"dagster": {"asset_key": [f"raw_{source}", stream.name]}}},
        }
        for stream in streams
    ]
    described = {"name": source, "description": as_text(title), "tables": tables}
    place = f"models/staging/{source}/_{source}__declared_sources.yml"
    return {place: in_yaml({"version": 2, "sources": [described]})}


def kpi_files(models: Mapping[str, str], kpis: Iterable[Kpi]) -> Files:
    """The generated models of KPIs, and what describes them. `models`: their SQL, by the model's name."""
    files: dict[str, str] = {}
    for kpi in kpis:
        if kpi.model in models:
            place = f"models/kpis/{kpi.model}"
            files[f"{place}.sql"] = models[kpi.model]
            files[f"{place}.yml"] = described_kpi(kpi)
    return files


def described_kpi(kpi: Kpi) -> str:
    """What the YAML beside a handwritten KPI's SQL says."""
    when: dict[str, str] = {"day": "Business day"}
    if kpi.behaviour.reported_by_period:
        when = {"period": "Kind of period", "period_start": "First day of the period"}
    figures = {str(column): f"{kpi.label}, {column}" for column in kpi.behaviour.columns}
    members = {name: name.replace("_", " ").capitalize() for name in kpi.declared_dimensions}
    columns: dict[str, str] = {"account": ACCOUNT, **when, **members, **figures}
    meta = {
        "label": kpi.label,
        "kind": kpi.kind,
        "unit": kpi.unit,
        "direction": kpi.direction,
        "owner": kpi.owner,
        "dimensions": [*kpi.declared_dimensions],
    }
    return described_model(kpi.model, kpi.description or kpi.label, (), columns, {"kpi": meta})


def described_model(
    name: str,
    description: str,
    key: Iterable[str],
    columns: Mapping[str, str],
    meta: Mapping[str, object] | None = None,
) -> str:
    """The YAML beside a model."""
    model: dict[str, Any] = {"name": name, "description": as_text(description)}
    if meta:
        model["config"] = {"meta": meta}
    if key := list(key):
        model["data_tests"] = [{"primary_key": {"arguments": {"columns": key}}}]
    model["columns"] = [
        {"name": column, "description": as_text(words)} for column, words in columns.items()
    ]
    return in_yaml({"version": 2, "models": [model]})


def as_text(words: str) -> str:
    """A text that a person wrote, for YAML in which dbt looks for expressions."""
    is_plain = not any(mark in words for mark in ("{{", "{%", "{#"))
    return words if is_plain else f"{{% raw %}}{words}{{% endraw %}}"


def in_yaml(content: object) -> str:
    """YAML, in the order that is given."""
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=1000)
