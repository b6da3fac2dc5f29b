"""What the factors of a period are worked out from, as a hash: where it is the same, so are the factors.

All that `factors_of_period` reads of a KPI is in it: the rows and the delivered days of the period and of those that
it is compared with, whom its source counted in them, their flags, and the original version of the period before.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from pipelines.okr.factors.periods_compared import Trust, periods_of, trust_of
from pipelines.okr.kpi.day_columns import AmountColumn
from pipelines.okr.kpi.facts import TOTAL
from pipelines.okr.kpi.periods import Period, cut_alike, previous
from pipelines.okr.kpi.series import KpiIndex


@dataclass(frozen=True, eq=False)
class PeriodFingerprints:
    """The fingerprints of one KPI's periods, with data up to `last`.

    `basis` names what all periods depend on besides: the code, for one.
    """

    basis: str
    index: KpiIndex
    trust: Trust
    last: date
    originals: Mapping[tuple[str, date], str]
    """The fingerprints of the original versions, by cadence and first day."""
    converts: bool
    """Whether it has amounts in other currencies, in these periods or in others."""

    def of(self, period: Period) -> str:
        """The fingerprint of what the period is compared by."""
        content = blake2b(digest_size=16)
        for part in self._parts(period):
            content.update(len(part).to_bytes(8))
            content.update(part)
        return content.hexdigest()

    def _parts(self, period: Period) -> Iterator[bytes]:
        yield self._of_kpi
        yield repr(period).encode()
        yield self.originals.get((period.cadence or "", previous(period).start), "").encode()
        for compared in periods_of(period):
            days = cut_alike(compared, period, self.last)
            yield repr(days).encode()
            yield repr(sorted(trust_of(self.trust, self.index.kpi.name, compared))).encode()
            yield from self._facts(days)

    @cached_property
    def _of_kpi(self) -> bytes:
        return repr((self.basis, self.index.kpi.as_text, self.converts)).encode()

    def _facts(self, days: Period) -> Iterator[bytes]:
        start, end = days.start.toordinal(), days.end.toordinal()
        rows = self.index.rows
        taken = slice(bisect_left(self._days, start), bisect_right(self._days, end))
        yield rows.days[taken].tobytes()
        yield self._members[rows.combination[taken]].tobytes()
        for columns in (rows.amounts, rows.own or {}):
            for side in sorted(columns):
                yield from _content(columns[side], taken)
        delivered = self.index.delivered_ordinals
        first, after = delivered.searchsorted((start, end + 1))
        yield delivered[first:after].tobytes()
        counts = [
            (fact.period, fact.period_start, fact.value, fact.data_through)
            for fact in self.index.distinct.get((TOTAL, TOTAL), ())
            if (fact.period, fact.period_start) == (days.cadence, days.start)
        ]
        yield repr(counts).encode()

    @cached_property
    def _days(self) -> list[int]:
        days: list[int] = self.index.rows.days.tolist()
        return days

    @cached_property
    def _members(self) -> NDArray[np.uint8]:
        """A hash of the members of each combination: its place among them is another one every day."""
        hashes = b"".join(
            blake2b(repr(sorted(members.items())).encode(), digest_size=16).digest()
            for members in self.index.rows.combinations
        )
        return np.frombuffer(hashes, dtype=np.uint8).reshape(-1, 16)


def _content(column: AmountColumn, taken: slice) -> Iterator[bytes]:
    units = column.units[taken]
    yield repr(units.tolist()).encode() if units.dtype == object else units.tobytes()
    yield column.known[taken].tobytes()
