"""`okra health`: whether runs come to their end, data are fresh and the disk has room; for monitors, without a network.

Everything is read in the published file and on the disk, so that it can be asked each minute, also during a run.
"""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from pipelines.commands.console import Output
from pipelines.publishing.ages import Ages, oldest_day, read_ages
from pipelines.publishing.published import NothingPublishedError
from pipelines.settings import Settings

GIGABYTE = 10**9


@dataclass(frozen=True)
class Thresholds:
    """From when on something is amiss: hours since the last run, days since a source's data, free gigabytes."""

    run_hours: float
    data_days: int
    disk_gb: float


@dataclass(frozen=True)
class SourceHealth:
    """How fresh a source is. `age_days` is 1 where the data reach to yesterday."""

    source: str
    data_through: date | None
    age_days: int | None
    last_attempt: datetime | None
    failed: Mapping[str, str]
    """The message of each stream whose last pull failed."""


@dataclass(frozen=True)
class Health:
    """What was looked at, and a line for each thing that is amiss."""

    problems: tuple[str, ...]
    checked_at: datetime
    published_at: datetime | None
    hours_since_run: float | None
    run_id: str | None
    sources: tuple[SourceHealth, ...]
    disk: Mapping[str, Any]
    """The folder, and the bytes that are free and that there are on its disk."""

    @property
    def ok(self) -> bool:
        return not self.problems


def health(settings: Settings, limits: Thresholds, output: Output) -> bool:
    """Show how the installation is. Returns whether nothing is amiss."""
    state = looked_at(settings, limits)
    if output.as_json:
        output.json({"ok": state.ok, **asdict(state)})
        return state.ok
    for line in state.problems:
        output.warn(line)
    if state.hours_since_run is not None:
        output.note(f"last run {state.hours_since_run:.1f} hours ago ({state.run_id})")
    for source in state.sources:
        output.note(f"{source.source}: data up to {source.data_through or 'no day'}")
    output.note(f"{state.disk['free_bytes'] / GIGABYTE:.1f} GB are free in {state.disk['folder']}")
    return state.ok


def looked_at(settings: Settings, limits: Thresholds) -> Health:
    """How the installation is. Asks nothing of a source, of Dagster or of a bucket."""
    now, today = settings.now(), settings.today()
    try:
        ages = read_ages(settings.published_path)
    except NothingPublishedError as error:
        ages, unread = None, str(error)
    except duckdb.Error:
        ages, unread = None, f"{settings.published_path} cannot be read; run `okra run`"
    disk = space_of(settings.home_path)
    sources = tuple(source_of(ages, name, today) for name in settings.instances) if ages else ()
    hours = (now - ages.published_at).total_seconds() / 3600 if ages else None
    problems = [] if ages else [unread]
    if hours is not None and hours > limits.run_hours:
        problems.append(f"the last run ended {hours:.0f} hours ago, more than {limits.run_hours:g}")
    problems += [line for source in sources for line in amiss(source, limits)]
    if disk["free_bytes"] < limits.disk_gb * GIGABYTE:
        free = f"{disk['free_bytes'] / GIGABYTE:.1f} GB are free in {disk['folder']}"
        problems.append(f"{free}, less than {limits.disk_gb:g}")
    return Health(
        problems=tuple(problems),
        checked_at=now,
        published_at=ages.published_at if ages else None,
        hours_since_run=hours,
        run_id=ages.run.get("run_id") if ages else None,
        sources=sources,
        disk=disk,
    )


def source_of(ages: Ages, name: str, today: date) -> SourceHealth:
    """How fresh one account is."""
    rows = ages.of_source(name)
    day = oldest_day(rows)
    return SourceHealth(
        source=name,
        data_through=day,
        age_days=(today - day).days if day else None,
        last_attempt=max((x["attempted_at"] for x in rows if x["attempted_at"]), default=None),
        failed={x["stream"]: x["message"] for x in rows if x["outcome"] not in (None, "ok")},
    )


def amiss(source: SourceHealth, limits: Thresholds) -> Iterator[str]:
    """A line for each failed pull, and one for data that are too old."""
    for stream, message in source.failed.items():
        yield f"{source.source}.{stream} failed: {message}"
    if source.age_days is None:
        yield f"{source.source} has delivered nothing yet, or not all of its streams"
    elif source.age_days > limits.data_days:
        days = f"{source.age_days} days ago, more than {limits.data_days}"
        yield f"{source.source} has data up to {source.data_through}, {days}"


def space_of(folder: Path) -> Mapping[str, Any]:
    """The space on the disk of a folder, or of the nearest one above it that there is."""
    present = next(path for path in (folder, *folder.parents) if path.exists())
    usage = shutil.disk_usage(present)
    return {"folder": str(folder), "free_bytes": usage.free, "bytes": usage.total}
