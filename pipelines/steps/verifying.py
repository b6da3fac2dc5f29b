"""Holds everything that is stored against its manifests: lake, history, warehouse, published files, run records.

Nothing is changed; `pipelines.steps.repairing` mends what is named here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from connectors.lake.verifying import LakeFault, verify
from pipelines.history.index import position_of
from pipelines.history.log import HistoryLog, histories
from pipelines.inputs.lake import open_lake
from pipelines.publishing.verifying import published_faults
from pipelines.settings import Settings
from pipelines.steps.listed_days import listed_days
from pipelines.tables.soundness import damage_in, damage_in_sqlite

Seen = Callable[[str, int, int], object]
"""Told the part that is read, and how many of how many files have been read."""

LAKE, HISTORY, WAREHOUSE, PUBLISHED, RECORDS = (
    "lake",
    "history",
    "warehouse",
    "published",
    "records",
)
RECORDS_OF_ALL = frozenset({"runs.db", "index.db", "schedules.db"})
"""The files of Dagster that are about every run. Those of one run are opened by the UI alone."""
_IN_WORDS = {
    "broken_document": "cannot be read, or is not as it was written",
    "missing": "is missing",
    "damaged": "is not as it was written",
    "wrong_count": "has other rows than its manifest counts",
    "lost_rows": "was given up, and not pulled again since",
    "uncommitted": "is missing, or lacks what the last catalog has",
    "gap": "has no windows",
}


@dataclass(frozen=True)
class StoredFault:
    """Something that is not as it was written."""

    what: str
    """`missing`, `damaged` and the like: a code."""
    place: str
    """The file, below the folder or bucket of its part."""
    message: str
    """What is wrong, in words."""
    windows: tuple[str, ...] = ()
    """The windows concerned, `2026-04-01`; of the lake alone."""

    def __str__(self) -> str:
        return f"{self.place} {self.message}"


@dataclass(frozen=True)
class PartReport:
    """What was read of a part, and what is wrong."""

    part: str
    read: str
    """How much was read, in words."""
    faults: tuple[StoredFault, ...]


def verify_all(settings: Settings, seen: Seen) -> Iterator[PartReport]:
    """Read everything, part by part. To be called with the run's lock. Raises `LakeError` where the lake is away."""
    yield verify_lake(settings, seen)
    yield verify_history(settings)
    was_published = settings.published_path.with_suffix(".json").exists()
    yield database(WAREHOUSE, settings.warehouse_path, is_expected=was_published)
    faults = [
        StoredFault("damaged", str(path), message)
        for path, message in published_faults(settings.published_path)
    ]
    yield PartReport(PUBLISHED, size_of(settings.published_path), tuple(faults))
    yield verify_records(settings)


def verify_lake(settings: Settings, seen: Seen) -> PartReport:
    """Every file of the lake: documents, data files, rows, gaps."""
    report = verify(
        open_lake(settings).store,
        [*settings.instances.values()],
        lambda done, of: seen(LAKE, done, of),
    )
    read = f"{report.windows:,} windows in {report.files:,} files, {in_megabytes(report.bytes)}"
    return PartReport(LAKE, read, tuple(map(of_lake, report.faults)))


def of_lake(fault: LakeFault) -> StoredFault:
    """A fault of the lake in words."""
    message = _IN_WORDS[fault.what]
    if fault.windows:
        message += f": windows of {listed_days(fault.windows)}"
    return StoredFault(fault.what, fault.key, message, tuple(map(str, fault.windows)))


def verify_history(settings: Settings) -> PartReport:
    """The index, and every file of its log in the lake."""
    store = open_lake(settings).store
    index = database(HISTORY, settings.history_path, is_expected=bool(histories(store)))
    position = None if index.faults else position_of(settings.history_path)
    logs = [HistoryLog(store, position.history_id)] if position else histories(store)[-1:]
    faults = [
        StoredFault(fault.what, fault.key, _IN_WORDS[fault.what])
        for log in logs
        for fault in log.faults()
    ]
    if position and not faults and (newest := logs[0].newest()) and newest.number < position.entry:
        place, message = logs[0].folder, f"ends with entry {newest.number} of {position.entry}"
        faults.append(StoredFault("missing", place, message))
    elif position and not faults and newest is None:
        faults.append(StoredFault("missing", logs[0].folder, _IN_WORDS["missing"]))
    return PartReport(HISTORY, index.read, (*index.faults, *faults))


def database(part: str, path: Path, *, is_expected: bool) -> PartReport:
    """A DuckDB file, read whole. `is_expected`: something else was made from it, so that it must be there."""
    if is_expected and not path.exists():
        fault = StoredFault("missing", str(path), _IN_WORDS["missing"])
        return PartReport(part, size_of(path), (fault,))
    damage = damage_in(path, whole=True)
    faults = (StoredFault("damaged", str(path), f"is damaged ({damage})"),) if damage else ()
    return PartReport(part, size_of(path), faults)


def verify_records(settings: Settings) -> PartReport:
    """Dagster's SQLite files."""
    files = record_files(settings)
    faults = [
        StoredFault("damaged", str(path), f"is damaged ({damage})")
        for path in files
        if (damage := damage_in_sqlite(path, whole=True))
    ]
    missing = RECORDS_OF_ALL - {path.name for path in files} if files else ()
    faults += [
        StoredFault("missing", str(files[0].with_name(name)), _IN_WORDS["missing"])
        for name in sorted(missing)
    ]
    return PartReport(RECORDS, f"{len(files):,} files", tuple(faults))


def record_files(settings: Settings) -> list[Path]:
    """The SQLite files of Dagster on this machine."""
    return sorted((settings.state_path / "dagster").rglob("*.db"))


def size_of(path: Path) -> str:
    """How large a file is, in words."""
    return in_megabytes(path.stat().st_size) if path.exists() else "not there yet"


def in_megabytes(size: int) -> str:
    """`16.4 MB`."""
    return f"{size / 1e6:,.1f} MB"
