"""The original versions of periods that have been restated, with which the factors compare later periods.

The original version of a period is the first one that is not partial. Its days are read as they were believed at
that instant, by one dimension at a time.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any

from pipelines.history.versions import read_history
from pipelines.okr.factors.amounts import KpiAmounts
from pipelines.okr.factors.periods_compared import CADENCES
from pipelines.okr.kpi.facts import TOTAL, DayFact, DistinctFact, KpiFacts
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.periods import Cadence
from pipelines.okr.kpi.series import KpiIndex

_ORIGINAL_VERSIONS = """
    with restated as (
        select distinct kpi, period, period_start
        from warehouse.okr.restatements
        where dimension = 'total' and period in (select unnest($1))
    ),

    published as (
        select kpi, period, period_start, any_value(period_end) as period_end, min(known_from) as published_at
        from history.kpi_period_history
        inner join restated using (kpi, period, period_start)
        where dimension = 'total' and status <> 'partial'
        group by all
    )

    select
        published.kpi,
        published.period,
        published.period_start,
        published.period_end,
        believed.dimension,
        believed.member,
        believed.period_start as first_day,
        believed.value,
        believed.numerator,
        believed.denominator
    from published
    inner join history.kpi_period_history as believed
        on
            published.kpi = believed.kpi
            and believed.known_from <= published.published_at
            and (believed.known_to is null or believed.known_to > published.published_at)
            and believed.period_start between published.period_start and published.period_end
            and believed.period_end <= published.period_end
            and believed.period = case believed.kind when 'distinct' then published.period else 'day' end
    order by all
"""

Row = tuple[Any, ...]


class StoredVersion(Mapping[str, KpiAmounts]):
    """The original version of a period, as a whole and by one dimension at a time, from the rows of each."""

    def __init__(
        self, kpi: Kpi, period: Cadence, start: date, end: date, rows: Mapping[str, Sequence[Row]]
    ) -> None:
        self._kpi, self._period, self._start, self._end = kpi, period, start, end
        self._rows = rows
        self._amounts: dict[str, KpiAmounts] = {}

    @cached_property
    def fingerprint(self) -> str:
        """A hash of all that is in it."""
        content = repr((self._period, self._start, self._end, sorted(self._rows.items())))
        return blake2b(content.encode(), digest_size=16).hexdigest()

    def __getitem__(self, dimension: str) -> KpiAmounts:
        if dimension not in self._amounts:
            days = frozenset(
                self._start + timedelta(day) for day in range((self._end - self._start).days + 1)
            )
            facts = _facts(self._kpi, dimension, self._period, days, self._rows[dimension])
            self._amounts[dimension] = KpiAmounts(KpiIndex(facts))
        return self._amounts[dimension]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


Versions = Mapping[tuple[str, date], StoredVersion]
"""The original versions of a KPI's restated periods, by cadence and first day."""


def original_versions(
    history: Path, warehouse: Path, kpis: Mapping[str, Kpi]
) -> Mapping[str, Versions]:
    """The original version of each restated period, by KPI, and by the period's kind and first day.

    Raises `duckdb.Error`.
    """
    rows = read_history(history, _ORIGINAL_VERSIONS, [list(CADENCES)], warehouse=warehouse)
    by_period: dict[tuple[str, Cadence, date, date], dict[str, list[Row]]] = {}
    for kpi, period, start, end, dimension, *figures in rows:
        if kpi in kpis:
            by_dimension = by_period.setdefault((kpi, period, start, end), {})
            by_dimension.setdefault(dimension, []).append(tuple(figures))
    originals: dict[str, dict[tuple[str, date], StoredVersion]] = {}
    for (kpi, period, start, end), by_dimension in by_period.items():
        version = StoredVersion(kpis[kpi], period, start, end, by_dimension)
        originals.setdefault(kpi, {})[period, start] = version
    return originals


def _facts(
    kpi: Kpi, dimension: str, period: Cadence, days: frozenset[date], rows: Sequence[Row]
) -> KpiFacts:
    """The facts of a period by one dimension. The period was complete, so each of its days was delivered."""
    of_dimension = replace(
        kpi, dimensions=() if dimension == TOTAL else (dimension,), conversion=None
    )
    facts = KpiFacts(of_dimension, delivered=days, data_through=max(days))
    if kpi.behaviour.reported_by_period:
        counts = [
            DistinctFact(period, first_day, dimension, member, value, max(days))
            for member, first_day, value, _, _ in rows
        ]
        return replace(facts, distinct_periods=counts)
    # the value of a ratio follows from its sides, which add up
    by_day = [
        DayFact(
            day, {} if dimension == TOTAL else {dimension: member}, value, numerator, denominator
        )
        for member, day, value, numerator, denominator in rows
    ]
    return replace(facts, days=by_day)
