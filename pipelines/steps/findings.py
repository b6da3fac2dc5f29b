"""The table `findings`: what is wrong in the lake, the pulls, the models and the definitions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import duckdb

from connectors import check_ins
from connectors.lake.catalog import FINDINGS as LAKE_FINDINGS
from connectors.lake.catalog import read_catalog
from connectors.lake.manifest import Attempt
from connectors.sdk.totals import DIFFERS
from pipelines.connections import connect
from pipelines.inputs.day import Day
from pipelines.inputs.declarations import DeclaredKpis
from pipelines.inputs.facts import roster_row_faults
from pipelines.inputs.lake import open_lake
from pipelines.okr.definition.faults import Fault
from pipelines.okr.definition.loading import Loaded
from pipelines.okr.kpi.kpi import Kpi
from pipelines.settings import Settings, shown
from pipelines.settings.instances import instance_name, source_and_account
from pipelines.settings.sources_file import UNNAMED
from pipelines.steps.currency_findings import currency_findings
from pipelines.steps.damage_findings import (
    broken_lake_findings,
    clock_findings,
    history_findings,
    lost_row_findings,
)
from pipelines.steps.fed_kpis import kpis_by_stream, of_account
from pipelines.steps.figure_findings import (
    subscription_findings,
    uncounted_findings,
    value_findings,
)
from pipelines.steps.model import loss_words
from pipelines.steps.pull import failed_pulls
from pipelines.tables.findings import FINDINGS, MODEL_FINDINGS, FindingRow
from pipelines.tables.table import transaction
from pipelines.warehouse.build_results import kpis_asking, sentence_without_values

MAX_EXAMPLES = 3
_NEWEST_ALONE = {
    (check_ins.SOURCE.name, check_ins.CHECK_INS.name),
    ("spreadsheet", "kpi_plans"),
}
"""Streams of snapshots. Only the newest one is read: what was wrong in an earlier one is mended, or in it too."""
_ALIKE = ("source", "account", "stream", "what", "message", "column", "kpi", "is_set_aside")


def write_findings(day: Day) -> list[FindingRow]:
    """Replace the table by what is wrong now. To be called with the warehouse's lock, after the models have run."""
    settings = day.settings
    # a value that cannot be read would end the transaction
    with connect(settings.warehouse_path, read_only=True) as connection:
        rosters = list(roster_findings(connection, day.kpis))
    with transaction(settings.warehouse_path) as connection:
        fed = kpis_by_stream(connection)
        rows = [
            *pull_findings(failed_pulls(settings), fed, day.kpis),
            *lake_findings(settings, fed, day.kpis),
            *subscription_findings(connection, fed),
            *uncounted_findings(connection, fed),
            *value_findings(connection, shown(settings.sheet_kpis_path), day.declared.places),
            *currency_findings(connection, settings.currency),
            *model_findings(connection),
            *rosters,
            *source_findings(settings, fed),
            *definition_findings(day.declared, day.loaded),
            *check_in_findings(day.check_in_faults),
            *clock_findings(settings),
            *history_findings(settings),
            *broken_lake_findings(settings, fed, day.kpis),
            *lost_row_findings(settings, fed, day.kpis),
        ]
        FINDINGS.replace(connection, rows)
    return rows


def model_findings(connection: duckdb.DuckDBPyConnection) -> Iterator[FindingRow]:
    """What the last build of the models found wrong."""
    MODEL_FINDINGS.create(connection)
    cursor = connection.execute(f"from {MODEL_FINDINGS.place} order by all")
    names = [column[0] for column in cursor.description or ()]
    for row in cursor.fetchall():
        yield FindingRow(**dict(zip(names, row, strict=True)))


def roster_findings(
    connection: duckdb.DuckDBPyConnection, kpis: Mapping[str, Kpi]
) -> Iterator[FindingRow]:
    """A finding for each roster that was built, and whose rows cannot be right."""
    for model, fault in roster_row_faults(connection, kpis.values()):
        place, asking = f"models/rosters/{model}.sql", sorted(kpis_asking({model}, kpis))
        sentence, loss = sentence_without_values(fault), loss_words(set(), set(asking))
        message = f"{model} cannot be used as it is: {sentence}; {loss}; mend {place}"
        yield FindingRow(what="broken_roster", place=place, message=message, kpis=asking)


def pull_findings(
    attempts: Iterable[Attempt],
    fed: Mapping[tuple[str, str], Sequence[str]],
    declared: Mapping[str, Kpi],
) -> Iterator[FindingRow]:
    """A finding for each reason why streams of an account failed: a source that is down is one fault."""
    by_reason: dict[tuple[str, str], list[Attempt]] = {}
    for attempt in attempts:
        by_reason.setdefault((attempt.source, attempt.message), []).append(attempt)
    for (instance, message), failed in by_reason.items():
        source, account = source_and_account(instance)
        streams = sorted(attempt.stream for attempt in failed)
        kpis = {kpi for stream in streams for kpi in fed.get((source, stream), ())}
        of_people = source == check_ins.SOURCE.name
        kept = (
            "the check-ins that were read last stay"
            if of_people
            else "its KPIs keep their last values"
        )
        yield FindingRow(
            what="pull_failed",
            source=source,
            account=account,
            stream=streams[0] if len(streams) == 1 else None,
            place=", ".join(f"{instance}.{stream}" for stream in streams),
            message=f"{instance} failed: {message}; {kept}",
            kpis=of_account(kpis, account, declared),
        )


def lake_findings(
    settings: Settings,
    fed: Mapping[tuple[str, str], Sequence[str]],
    declared: Mapping[str, Kpi],
) -> Iterator[FindingRow]:
    """What the connectors found in rows, once for all windows that have the same fault."""
    lake = open_lake(settings)
    faults = read_catalog(lake, "findings", LAKE_FINDINGS.names).to_pylist()
    if not faults:
        return
    keys = ("source", "account", "stream", "window")
    windows = read_catalog(lake, "windows", [*keys, "data_through"]).to_pylist()
    last_days = {tuple(row[key] for key in keys): row["data_through"] for row in windows}
    newest = {key[:-1]: key[-1] for key in sorted(last_days)}
    faults = [
        row
        for row in faults
        if (row["source"], row["stream"]) not in _NEWEST_ALONE
        or row["window"] == newest[tuple(row[key] for key in keys[:-1])]
    ]
    alike: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in sorted(faults, key=lambda row: row["window"]):
        row["through"] = last_days[tuple(row[key] for key in keys)]
        alike.setdefault(kind_of(row), []).append(row)
    for rows in alike.values():
        account = rows[0]["account"] or UNNAMED
        source, stream = rows[0]["source"], rows[0]["stream"]
        names = of_account(fed.get((source, stream), ()), account, declared)
        yield lake_finding(rows, names, is_fault=source not in settings.sources_without_figures)


def kind_of(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """What findings of several windows have in common that become one row."""
    # the numbers of a total are in the message, and are others in each window
    ignored = "message" if row["what"] == DIFFERS else ""
    return tuple(row[name] for name in _ALIKE if name != ignored)


def lake_finding(
    rows: Sequence[Mapping[str, Any]], fed: Sequence[str], *, is_fault: bool
) -> FindingRow:
    """One finding of those of several windows that are alike, in a stream that feeds the KPIs `fed`."""
    first, windows = rows[0], [row["window"] for row in rows]
    examples = dict.fromkeys(example for row in rows for example in row["examples"])
    return FindingRow(
        what=first["what"],
        source=first["source"],
        account=first["account"] or UNNAMED,
        stream=first["stream"],
        place=place_of(first, min(windows), max(windows)),
        message=message_of(rows),
        rows=sum(row["rows"] for row in rows),
        first_day=min(row["day"] or row["window"] for row in rows),
        last_day=max(row["day"] or row["through"] for row in rows),
        is_set_aside=first["is_set_aside"],
        is_fault=is_fault,
        kpis=[first["kpi"]] if first["kpi"] else fed,
        examples=list(examples)[:MAX_EXAMPLES],
    )


def message_of(rows: Sequence[Mapping[str, Any]]) -> str:
    """The message of alike findings; where it has the numbers of a window, those of the first."""
    message = str(rows[0]["message"])
    if rows[0]["what"] != DIFFERS or len(rows) == 1:
        return message
    return f"{len(rows)} windows differ; in the first, {message}"


def place_of(row: Mapping[str, Any], first: date, last: date) -> str:
    """`stripe.charges, windows 2026-11-01 to 2026-11-03, column amount`."""
    windows = f"window {first}" if first == last else f"windows {first} to {last}"
    column = f", column {row['column']}" if row["column"] else ""
    instance = instance_name(row["source"], row["account"])
    return f"{instance}.{row['stream']}, {windows}{column}"


def source_findings(
    settings: Settings, fed: Mapping[tuple[str, str], Sequence[str]]
) -> Iterator[FindingRow]:
    """A finding for each fault of `sources.yml`, with the KPIs of the source that it is in."""
    for fault in settings.source_faults:
        sources = {
            x.name
            for x in settings.instances.values()
            # the name alone, or followed by one of its streams; not one that begins alike
            if f"`{x.instance}`" in fault.what or f"`{x.instance}:" in fault.what
        }
        kpis = {kpi for (source, _), names in fed.items() if source in sources for kpi in names}
        yield definition_finding("broken_source", fault, sorted(kpis))


def definition_findings(declared: DeclaredKpis, loaded: Loaded) -> Iterator[FindingRow]:
    """A finding for each fault of a file that declares KPIs or an objective."""
    for fault in declared.faults:
        in_file = sorted(name for name, file in declared.broken.items() if file == fault.file)
        named = [name for name in in_file if f"`{name}`" in fault.what]
        yield definition_finding("broken_kpi", fault, named or in_file)
    for fault in loaded.faults:
        yield definition_finding("broken_okr", fault, ())


def check_in_findings(faults: Iterable[Fault]) -> Iterator[FindingRow]:
    """A finding for each check-in that is left out. No figure depends on one, so that the run is all right."""
    for fault in faults:
        yield replace(definition_finding("broken_check_in", fault, ()), is_fault=False)


def definition_finding(what: str, fault: Fault, kpis: Sequence[str]) -> FindingRow:
    """The fault of a file as a finding."""
    return FindingRow(what=what, place=f"{fault.file}:{fault.line}", message=str(fault), kpis=kpis)
