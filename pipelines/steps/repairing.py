"""Mends what `pipelines.steps.verifying` finds: sets aside what is damaged, so that it is made or pulled again."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from connectors.lake.former_catalog import commit_again
from connectors.lake.mended import remove_mended
from connectors.lake.survey import stream_at
from pipelines.history.index import has_entries, write_anew
from pipelines.history.kept_tables import logged_tables
from pipelines.history.log import histories
from pipelines.history.restoring import HistoryError, ensure_history, newest_in
from pipelines.inputs.lake import open_lake
from pipelines.settings import Settings
from pipelines.steps.verifying import (
    HISTORY,
    LAKE,
    PUBLISHED,
    RECORDS,
    RECORDS_OF_ALL,
    WAREHOUSE,
    PartReport,
    StoredFault,
    of_lake,
    record_files,
)
from pipelines.tables.soundness import damage_in, damage_in_sqlite, set_aside

_REMEDIES = {
    LAKE: "its windows are pulled again, as far as their source still gives them",
    HISTORY: "it is brought back from what the lake and the published file have of it",
    WAREHOUSE: "it is set aside and built anew from the lake",
    PUBLISHED: "it is published again",
    RECORDS: "it is set aside: what Dagster recorded of runs is lost, and no figure",
}


def remedies(reports: Iterable[PartReport]) -> Iterator[tuple[StoredFault, str]]:
    """Each fault, and what mending it comes to."""
    for report in reports:
        for fault in report.faults:
            yield fault, _REMEDIES[report.part]


def faults_of(reports: Iterable[PartReport], part: str) -> Sequence[StoredFault]:
    """The faults of one part."""
    return [fault for report in reports if report.part == part for fault in report.faults]


def set_aside_records(reports: Sequence[PartReport]) -> None:
    """Move Dagster's damaged files away. Before Dagster opens them."""
    for fault in faults_of(reports, RECORDS):
        set_aside(Path(fault.place))


def set_aside_unreadable(settings: Settings) -> list[str]:
    """Move away what can be made again and cannot even be opened. Returns a sentence for each. With the run's lock.

    Costs a few milliseconds. `okra verify` reads all of it.
    """
    told = []
    warehouse = settings.warehouse_path
    if damage_in(warehouse, whole=False):
        aside = set_aside(warehouse)
        told.append(f"{warehouse} is damaged: it was moved to {aside.name}, and is built anew")
    for path in record_files(settings):
        if path.name in RECORDS_OF_ALL and damage_in_sqlite(path, whole=False):
            aside = set_aside(path)
            told.append(
                f"{path} is damaged: it was moved to {aside.name}; what Dagster recorded of runs in it is lost"
            )
    return told


def set_aside_damaged(settings: Settings, reports: Sequence[PartReport]) -> bool:
    """Move what is damaged out of the way, and uncommit the windows that are. Returns whether windows are due.

    To be called with the locks of a run and of the warehouse, before anything is pulled.
    """
    if faults_of(reports, HISTORY):
        mend_history(settings)
    if faults_of(reports, WAREHOUSE):
        set_aside(settings.warehouse_path)
    for fault in faults_of(reports, PUBLISHED):
        path = Path(fault.place)
        if path.suffix == ".parquet":
            path.unlink(missing_ok=True)
        elif path.suffix == ".duckdb":
            set_aside(path)
            for copy in (path.parent / "parquet").glob("*.parquet"):
                copy.unlink()  # it could not be compared with what is damaged
    return mend_lake(settings, faults_of(reports, LAKE))


def mend_history(settings: Settings) -> None:
    """Make the index again from its log and the published file, and the log from the index.

    Raises `HistoryError` where the index is damaged and there is neither; it then stays in its place.
    """
    path, store = settings.history_path, open_lake(settings).store
    if damage_in(path, whole=True) is not None:
        if not newest_in(settings.published_path) and not any(map(has_entries, histories(store))):
            raise HistoryError(
                f"{path} is damaged, and neither the lake nor {settings.published_path} has it: "
                "put a backup in its place, or move it away to begin a history anew"
            )
        set_aside(path)
    ensure_history(path, settings.published_path, settings.now(), store)
    if path.exists():
        write_anew(path, store, logged_tables(), settings.now())


def mend_lake(settings: Settings, faults: Sequence[StoredFault]) -> bool:
    """Give up damaged files, and commit again what the last catalog has. Returns whether windows are to be pulled."""
    if not faults:
        return False
    lake = open_lake(settings)
    names = {stream_at(fault.place) for fault in faults if fault.place.count("/") > 1}
    for instance, source in settings.instances.items():
        first = settings.start_date - source.begins_before
        for stream in source.streams:
            if (instance, stream.name) in names:
                lake.give_up_changed(instance, stream, first, settings.today())
    survey = lake.survey()  # which moves away the documents that cannot be read
    lake.give_up_lost(survey)
    commit_again(lake, survey)
    return True


def what_is_lost(settings: Settings) -> list[StoredFault]:
    """The windows that could not be had again. What was set aside of all others is removed from the lake."""
    lake = open_lake(settings)
    return [of_lake(fault) for fault in remove_mended(lake.store, lake.survey())]
