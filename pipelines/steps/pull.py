"""Pulls windows of a source into the lake, with the settings of this installation or of the sample company."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date, timedelta

from connectors.lake.lake import Lake
from connectors.lake.manifest import Attempt
from connectors.lake.store import LakeError
from connectors.sandbox.company import SampleCompany
from connectors.sdk.checkup import Checkup, StreamCheckup, check_up
from connectors.sdk.contract import Source, Stream
from connectors.sdk.engine import Progress, StreamReport, attempt, plans, pull
from connectors.sdk.errors import ConnectorBug, SourceError
from connectors.sdk.job import stopping_pool
from connectors.sdk.windows import Plan, Range
from pipelines.inputs.lake import open_lake
from pipelines.settings import Settings

MAX_PARALLEL_ACCOUNTS = 4
"""Accounts of one source that are pulled at once. Each has a rate limit of its own."""


def due(settings: Settings) -> Range:
    """Everything up to yesterday that is missing or may have changed: what a daily run asks for."""
    return Range(settings.start_date, settings.today() - timedelta(days=1))


def days_of_source(settings: Settings, source: Source, wanted: Range) -> Range:
    """`wanted`; where it begins with the first day to pull, it begins as much earlier as the source needs."""
    if wanted.first > settings.start_date:
        return wanted
    return replace(wanted, first=wanted.first - source.begins_before)


def pull_source(
    settings: Settings,
    source: Source,
    wanted: Range,
    *,
    run_id: str,
    only: Iterable[str] | None = None,
    progress: Progress | None = None,
) -> list[StreamReport]:
    """Pull `wanted` from `source` into the lake: from its own API, or from the sample company's.

    A fault of the source is in the reports; see `connectors.sdk.engine.pull`. What is no fault of the source is raised,
    once it is noted as the end of these pulls.
    """
    lake = open_lake(settings)
    names = [stream.name for stream in source.streams] if only is None else list(only)
    wanted = days_of_source(settings, source, wanted)
    with noted_if_it_ends(settings, lake, source, names):
        return pull_noted(settings, source, lake, wanted, names, run_id=run_id, progress=progress)


@contextmanager
def noted_if_it_ends(
    settings: Settings, lake: Lake, source: Source, names: Collection[str]
) -> Iterator[None]:
    """Note an exception as the failure of the streams `names`. Else their last pull would look as if it went well."""
    try:
        yield
    except Exception as error:
        fault = ended_by(error)
        with suppress(Exception):  # the first error counts, such as that of a full disk
            for name in names:
                report = StreamReport(source.instance, source.stream(name), error=fault)
                lake.record(attempt(report, settings.now()))
        raise


def ended_by(error: Exception) -> SourceError:
    """What ended a pull, in a sentence without a value of the source's."""
    if isinstance(error, LakeError):
        return SourceError(error.message, error.remedy)
    if isinstance(error, OSError):
        return SourceError(
            f"the pull could not go on ({error.strerror or type(error).__name__})",
            "look at the disk of OKRA_HOME and at OKRA_LAKE, then pull again",
        )
    return ConnectorBug(error)


def pull_noted(
    settings: Settings,
    source: Source,
    lake: Lake,
    wanted: Range,
    names: Sequence[str],
    *,
    run_id: str,
    progress: Progress | None,
) -> list[StreamReport]:
    """Pull the streams `names`. Those that `sources.yml` is wrong about are refused."""
    errors = {name: x for name, x in settings.errors_of(source).items() if name in names}
    refused = [refuse(source, source.stream(name), errors[name], lake, settings) for name in errors]
    names = [name for name in names if name not in errors]
    if not names:
        return refused
    with source_values(settings, source) as values:
        if values is None:
            return []
        if not settings.sandbox_limits and settings.values_of(source) is None:
            source = source.without_limits()
        pulled = pull(
            source,
            values,
            lake,
            wanted,
            now=settings.now,
            run_id=run_id,
            only=names,
            progress=progress,
        )
    return [*refused, *pulled]


def pull_accounts(
    settings: Settings,
    accounts: Sequence[Source],
    wanted: Range,
    *,
    run_id: str,
    only: Collection[str],
    progress: Progress | None = None,
) -> list[StreamReport]:
    """Pull `wanted` of the streams `only` from several accounts of a source, of which none waits for another.

    A fault of one is in its reports. Raises `LakeError`, once all have ended.
    """

    def pull_account(source: Source) -> list[StreamReport]:
        names = [stream.name for stream in source.streams if stream.name in only]
        return pull_source(settings, source, wanted, run_id=run_id, only=names, progress=progress)

    if len(accounts) == 1:
        return pull_account(accounts[0])
    with stopping_pool(MAX_PARALLEL_ACCOUNTS, "accounts") as pool:
        return [report for reports in pool.map(pull_account, accounts) for report in reports]


def refuse(
    source: Source, stream: Stream, error: SourceError, lake: Lake, settings: Settings
) -> StreamReport:
    """The report of a stream that is not pulled because `sources.yml` is wrong about it."""
    report = StreamReport(source.instance, stream, error=error)
    lake.declare(source.instance, stream.name, stream.schema)
    lake.record(attempt(report, settings.now()))
    return report


def plan_source(settings: Settings, source: Source, wanted: Range) -> list[Plan]:
    """What pulling `wanted` would take, by stream. Raises `SourceError` when the source cannot be opened."""
    errors = settings.errors_of(source)
    sound = without(source, errors)
    if errors and not sound.streams:
        raise next(iter(errors.values()))
    with source_values(settings, source, past_snapshots=False) as values:
        if values is None:
            return []
        days = days_of_source(settings, source, wanted)
        return plans(sound, values, open_lake(settings), days, now=settings.now)


def check_source(settings: Settings, source: Source, wanted: Range) -> Checkup | None:
    """How `source` is, and what pulling `wanted` would take. Writes nothing into the lake.

    None where the sample company has no such system.
    """
    errors = settings.errors_of(source)
    sound = without(source, errors)
    there = [stream for stream in source.streams if stream.name in errors]
    refused = tuple(StreamCheckup(stream, errors[stream.name]) for stream in there)
    names = {stream.name for stream in there}
    left_out = {name: error for name, error in errors.items() if name not in names}
    if errors and not sound.streams:
        return Checkup(source, refused, left_out=left_out)
    with source_values(settings, source, past_snapshots=False) as values:
        if values is None:
            return None
        days = days_of_source(settings, source, wanted)
        checkup = check_up(sound, values, open_lake(settings), days, now=settings.now)
    return replace(checkup, streams=(*checkup.streams, *refused), left_out=left_out)


def without(source: Source, streams: Collection[str]) -> Source:
    """`source` without some of its streams."""
    return replace(source, streams=tuple(x for x in source.streams if x.name not in streams))


@contextmanager
def source_values(
    settings: Settings, source: Source, *, past_snapshots: bool = True
) -> Iterator[Mapping[str, str] | None]:
    """The values of the source's options; those of the sample company's own where nothing is configured.

    None where the sample company has no such system. `past_snapshots`: put the snapshots that it took before today
    into the lake, unless they are there.
    """
    configured = settings.values_of(source)
    if configured is not None:
        yield configured
        return
    with SampleCompany(
        settings.today(), settings.state_path / "sandbox", limited=settings.sandbox_limits
    ) as company:
        values = company.values(source.name)
        if values is not None and past_snapshots:
            company.take_past_snapshots(source, open_lake(settings), settings.start_date)
        yield values


def failed_pulls(settings: Settings) -> tuple[Attempt, ...]:
    """The streams of the active sources whose last pull failed."""
    streams = [
        (name, stream.name)
        for name, source in settings.instances.items()
        for stream in source.streams
    ]
    attempts = open_lake(settings).attempts(sorted(streams))
    return tuple(attempt for attempt in attempts if attempt.outcome != "ok")


def days_between(first: date, last: date) -> list[date]:
    """Every day from `first` to `last`, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
