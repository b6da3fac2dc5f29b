"""Pulls a source: opens it, plans the windows, has them pulled, and records how each stream ended."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from connectors.lake.lake import Lake
from connectors.lake.manifest import Attempt
from connectors.sdk.contract import Connection, Source
from connectors.sdk.errors import SourceError
from connectors.sdk.job import Job
from connectors.sdk.opening import diagnosed, open_account
from connectors.sdk.reports import Progress as Progress
from connectors.sdk.reports import StreamReport as StreamReport
from connectors.sdk.source_settings import as_set
from connectors.sdk.throttle import ThrottledCalls
from connectors.sdk.windows import Plan, Range


def pull(
    source: Source,
    values: Mapping[str, str],
    lake: Lake,
    wanted: Range,
    *,
    now: Callable[[], datetime],
    run_id: str = "",
    only: Iterable[str] | None = None,
    progress: Progress | None = None,
    calls: ThrottledCalls | None = None,
) -> list[StreamReport]:
    """Pull the windows of `wanted` that are missing or may have changed, of every stream (or `only` some).

    `values` are the source's settings. A fault of one stream, a bug of its connector included, is in its report and
    does not stop the others. What is no fault of the source (a full disk, an unknown stream) is raised.
    """
    streams = list(source.streams) if only is None else [source.stream(name) for name in only]
    for stream in streams:
        lake.declare(source.instance, stream.name, stream.schema)
    try:
        source = as_set(source, values)
        calls = calls or ThrottledCalls(source.limits, source.diagnose)
        source, connection = open_account(source, values, calls)
    except SourceError as error:
        reports = [StreamReport(source.instance, stream, error=error) for stream in streams]
    else:
        reports = []
        try:
            job = Job(source, connection, lake, now, run_id, progress or Progress())
            reports = job.run(streams, wanted)
        finally:
            close(source, connection, reports)
    for report in reports:
        if report.error:
            report.error.renamed(source.written_as)
        lake.record(attempt(report, now()))
    return reports


def close(source: Source, connection: Connection, reports: Iterable[StreamReport]) -> None:
    """Close the connection. A failure is reported for each stream that went well until then."""
    try:
        with diagnosed(source):
            connection.close()
    except SourceError as error:
        for report in reports:
            report.error = report.error or error


def plans(
    source: Source,
    values: Mapping[str, str],
    lake: Lake,
    wanted: Range,
    *,
    now: Callable[[], datetime],
) -> list[Plan]:
    """What `pull` would do, by stream, without doing it. Raises `SourceError` when the source cannot be opened."""
    source = as_set(source, values)
    calls = ThrottledCalls(source.limits, source.diagnose)
    try:
        source, connection = open_account(source, values, calls)
    except SourceError as error:
        raise error.renamed(source.written_as) from None
    try:
        return plans_over(source, connection, lake, wanted, now=now)
    finally:
        connection.close()


def plans_over(
    source: Source,
    connection: Connection,
    lake: Lake,
    wanted: Range,
    *,
    now: Callable[[], datetime],
) -> list[Plan]:
    """`plans` over a connection that is open."""
    job = Job(source, connection, lake, now, "", Progress())
    return [job.plan(stream, wanted, connection.zone) for stream in source.streams]


def attempt(report: StreamReport, at: datetime) -> Attempt:
    """The report as the lake keeps it."""
    error = report.error
    return Attempt(
        source=report.source,
        stream=report.stream.name,
        at=at,
        outcome=error.kind if error else "ok",
        message=str(error) if error else "",
    )
