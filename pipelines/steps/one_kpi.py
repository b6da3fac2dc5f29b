"""Works out some days of one KPI without a whole run: pulls the windows it needs, and builds what it stands on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import uuid4

from connectors.sdk.contract import ONE_DAY
from connectors.sdk.engine import Progress
from connectors.sdk.windows import Range
from pipelines.inputs.composing import compose, with_kpis
from pipelines.inputs.declarations import DeclaredKpis
from pipelines.inputs.facts import read_facts
from pipelines.inputs.lake import check_lake, open_lake
from pipelines.inputs.model_sources import streams_below
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.periods import Period, containing
from pipelines.okr.kpi.readings import KpiReading, KpiView, read, read_window
from pipelines.okr.kpi.series import KpiIndex, index_facts
from pipelines.settings import Settings
from pipelines.steps.pull import pull_accounts
from pipelines.tables.locks import exclusive
from pipelines.warehouse.build_results import RATE_MODELS
from pipelines.warehouse.one_kpi import build_kpi

RATES_BEFORE = timedelta(days=45)
"""So many days before the first one its rates are pulled: a month's average needs the month, a Sunday the Friday."""
StreamName = tuple[str, str]
"""A source's name and that of one of its streams."""


@dataclass(frozen=True)
class KpiDays:
    """Some days of one KPI. They begin where a period begins: a day, or a week or a month that the KPI is given for."""

    settings: Settings
    index: KpiIndex
    first: date
    last: date
    failed: Mapping[str, str] = field(default_factory=dict)
    """Why accounts could not be pulled, by instance."""
    begins_here: Sequence[str] = ()
    """The streams of which the lake has nothing before the first day."""

    @property
    def kpi(self) -> Kpi:
        return self.index.kpi

    @property
    def periods(self) -> list[Period]:
        """The days, or the weeks, months or quarters of a KPI that is given so; the oldest first."""
        fiscal_year = self.settings.fiscal_year
        periods = [containing(self.first, self.kpi.every, fiscal_year)]
        while periods[-1].end < self.last:
            periods.append(containing(periods[-1].end + ONE_DAY, self.kpi.every, fiscal_year))
        return periods

    def total(self, period: Period) -> KpiReading:
        """The whole in a period."""
        return read_window(KpiView(self.index, {}), period, self.last)

    def member(self, dimension: str, member: str, period: Period) -> KpiReading:
        """A member in a period."""
        return read_window(KpiView(self.index, {dimension: member}), period, self.last)

    def over_all(self, dimension: str, member: str) -> KpiReading:
        """A member over all of the days."""
        return read(KpiView(self.index, {dimension: member}), self.first, self.last)

    def trust(self, period: Period) -> str:
        """What is not to be trusted of a period: `ok`, `missing`, or flags."""
        flags = sorted(self.index.flags(period.start, period.end))
        is_delivered = self.index.delivered_days(period.start, period.end)
        return ", ".join(flags if is_delivered else ["missing", *flags]) or "ok"


def streams_below_kpis(settings: Settings, declared: DeclaredKpis) -> dict[str, set[StreamName]]:
    """The streams that each KPI stands on, and those of the rates that convert it, by the KPI's name."""
    below = streams_below(with_kpis(compose(settings), declared).sql)
    return {
        name: {
            stream
            for model in {kpi.model, *(RATE_MODELS if kpi.conversion else ())}
            for stream in below.get(model, ())
        }
        for name, kpi in declared.kpis.items()
    }


def rate_streams(settings: Settings) -> set[StreamName]:
    """The streams of exchange rates."""
    below = streams_below(compose(settings).sql)
    return {stream for model in RATE_MODELS for stream in below.get(model, ())}


def read_days(
    settings: Settings,
    declared: DeclaredKpis,
    kpi: Kpi,
    days: int,
    *,
    progress: Progress | None = None,
    is_pulled: bool = True,
) -> KpiDays:
    """The KPI on the last `days` days before today. `is_pulled`: pull the windows of these days that are due.

    Raises `SettingsError` where no source is on, `LockedError`, `LakeError`, and `KpiNotBuiltError`.
    """
    settings.require_source()
    today = settings.today()
    last = today - ONE_DAY
    wanted = containing(today - timedelta(days=days), kpi.every, settings.fiscal_year).start
    first = max(settings.start_date, wanted)
    rates = rate_streams(settings) if kpi.conversion else set()
    streams = streams_below_kpis(settings, declared)[kpi.name] - rates
    failed: dict[str, str] = {}
    with exclusive(settings.state_path / "run.lock"):
        check_lake(settings)
        if is_pulled:
            failed |= pull(settings, streams, first, last, progress)
            failed |= pull(settings, rates, rates_from(settings, kpi, first), last, progress)
        warehouse = build_kpi(settings, declared, kpi, today)
    index = index_facts(read_facts(warehouse, {kpi.name: kpi}))[kpi.name]
    return KpiDays(settings, index, first, last, failed, beginning_at(settings, streams, first))


def rates_from(settings: Settings, kpi: Kpi, first: date) -> date:
    """The first day whose rates are needed to convert a KPI from a day on."""
    constant = kpi.conversion.day if kpi.conversion else None
    return max(settings.start_date, min(first, constant or first) - RATES_BEFORE)


def pull(
    settings: Settings,
    streams: Iterable[StreamName],
    first: date,
    last: date,
    progress: Progress | None,
) -> dict[str, str]:
    """Pull the windows of these days that are due. Returns why accounts failed, by instance."""
    failed: dict[str, str] = {}
    names: dict[str, set[str]] = {}
    for source, stream in streams:
        names.setdefault(source, set()).add(stream)
    for source in sorted(names.keys() & settings.sources_by_name.keys()):
        reports = pull_accounts(
            settings,
            settings.sources_by_name[source],
            Range(first, last),
            run_id=str(uuid4()),
            only=names[source],
            progress=progress,
        )
        failed |= {report.source: str(report.error) for report in reports if report.error}
    return failed


def beginning_at(settings: Settings, streams: Iterable[StreamName], first: date) -> list[str]:
    """The streams of which the lake has no window before a day, although there can be earlier ones."""
    lake = open_lake(settings)
    return sorted(
        f"{account.instance}.{stream}"
        for source, stream in streams
        for account in settings.sources_by_name.get(source, ())
        if first > settings.start_date
        and any(x.name == stream and not x.snapshot for x in account.streams)
        and not any(day < first for day in lake.manifests(account.instance, stream))
    )
