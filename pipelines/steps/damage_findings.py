"""Findings about what was damaged or lost on disk, and about a clock that is behind."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from connectors.lake.broken import set_aside
from connectors.lake.catalog import read_catalog
from connectors.lake.damage import given_up
from pipelines.history.restoring import restorations_since
from pipelines.history.versions import newest_belief
from pipelines.inputs.lake import open_lake
from pipelines.okr.kpi.kpi import Kpi
from pipelines.settings import Settings
from pipelines.settings.instances import source_and_account
from pipelines.settings.sources_file import UNNAMED
from pipelines.steps.fed_kpis import of_account
from pipelines.steps.listed_days import listed_days
from pipelines.tables.findings import FindingRow

CLOCK_TOLERANCE = timedelta(minutes=5)
"""By how much a clock may be set back without a finding, as time servers do."""


def clock_findings(settings: Settings) -> Iterator[FindingRow]:
    """A finding where the clock is behind the time at which a figure was believed before."""
    now, newest = settings.now(), newest_belief(settings.history_path)
    if newest is None or now > newest - CLOCK_TOLERANCE:
        return
    shown_times = [x.astimezone(settings.zone).strftime("%Y-%m-%d %H:%M") for x in (now, newest)]
    yield FindingRow(
        what="clock_behind",
        place="the clock of this machine",
        message=f"the clock of this machine says {shown_times[0]}, and figures were kept at {shown_times[1]} before: "
        "set the clock; nothing that was believed is lost, and what is new follows right after it",
        # the sample company's days may be played in any order
        is_fault=settings.sandbox_today is None,
    )


def broken_lake_findings(
    settings: Settings, fed: Mapping[tuple[str, str], Sequence[str]], declared: Mapping[str, Kpi]
) -> Iterator[FindingRow]:
    """A finding for each file of the lake's own that could not be read and was moved out of the way."""
    store = open_lake(settings).store
    for key, place in set_aside(store):
        _, instance, stream, *_ = (*key.split("/"), "", "")
        source, account = source_and_account(instance)
        yield FindingRow(
            what="broken_lake_file",
            source=source or None,
            account=account if source else None,
            stream=stream or None,
            place=key,
            message=f"{store.address}/{key} could not be read and was moved to {place}: its windows are pulled again, "
            "as far as the source still gives them; look at the disk, and let `okra repair` see whether all are there",
            kpis=of_account(fed.get((source, stream), ()), account, declared),
        )


def lost_row_findings(
    settings: Settings, fed: Mapping[tuple[str, str], Sequence[str]], declared: Mapping[str, Kpi]
) -> Iterator[FindingRow]:
    """A finding for each data file that was given up, while windows of it have not been pulled again."""
    lake = open_lake(settings)
    notes = [*given_up(lake.store)]
    if not notes:
        return
    keys = ["source", "account", "stream", "window"]
    in_catalog = {tuple(x.values()) for x in read_catalog(lake, "windows", keys).to_pylist()}
    for key, manifests in notes:
        _, instance, stream, *_ = key.split("/")
        source, account = source_and_account(instance)
        place = (source, "" if account == UNNAMED else account, stream)
        lost = sorted(x.window for x in manifests if (*place, x.window) not in in_catalog)
        if lost:
            yield FindingRow(
                what="lost_rows",
                source=source,
                account=account,
                stream=stream,
                place=key,
                message=f"{lake.store.address}/{key} was missing or damaged, and its rows of {listed_days(lost)} "
                "were not pulled again: `okra repair` asks for them, and says what no source gives any more; look "
                "at the disk",
                first_day=lost[0],
                last_day=lost[-1],
                kpis=of_account(fed.get((source, stream), ()), account, declared),
            )


def history_findings(settings: Settings) -> Iterator[FindingRow]:
    """A finding for each time at which the history was brought back within a day."""
    for message in restorations_since(settings.history_path, settings.now() - timedelta(days=1)):
        yield FindingRow(what="history_restored", place=str(settings.history_path), message=message)
