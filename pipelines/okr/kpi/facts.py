"""What scoring needs to know of a KPI's past: plain facts, as the warehouse holds them."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.periods import Cadence
from pipelines.okr.kpi.roster import Stay

TOTAL = "total"
MODEL_FAILED = "model_failed"
"""The standing flag of a KPI that could not be computed because a model that it reads failed."""


@dataclass(frozen=True, slots=True)
class DayFact:
    """One day of one combination of members: a value, or the two sides of a ratio.

    Money is in the reporting currency; `own` is the same in the currency it came in, of a KPI that converts.
    """

    day: date
    dimensions: Mapping[str, str]
    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    own: "Own | None" = None


@dataclass(frozen=True, slots=True)
class Own:
    """The amounts of a day in their own currency."""

    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None


@dataclass(frozen=True, slots=True)
class DistinctFact:
    """A distinct count as the source reported it for this very period, with data so far."""

    period: Cadence
    period_start: date
    dimension: str
    member: str
    value: Decimal | None
    data_through: date


@dataclass(frozen=True, slots=True)
class KpiFacts:
    """Everything known of one KPI.

    `delivered` are the days for which every source that feeds the KPI delivered: a flow day in it
    without a row is 0, a day outside it is missing. `data_through` is the last day with data, None
    when there is none. `flags_by_day` and `standing_flags` (a failed or late source) say what is
    not to be trusted, of a day and of the KPI as a whole. `rosters` say who is meant by "each", by dimension.
    """

    kpi: Kpi
    days: Sequence[DayFact] = ()
    delivered: Set[date] = frozenset()
    data_through: date | None = None
    distinct_periods: Sequence[DistinctFact] = ()
    flags_by_day: Mapping[date, Set[str]] = field(default_factory=dict)
    standing_flags: Set[str] = frozenset()
    rosters: Mapping[str, Sequence[Stay]] = field(default_factory=dict)
