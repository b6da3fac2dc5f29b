"""The rows that scoring publishes: the columns of `key_result_scores` and `objective_scores`."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pipelines.okr.kpi.status import Commitment, Status
from pipelines.okr.scoring.courses import CoursePoint

TRUSTED = "ok"


@dataclass(frozen=True, slots=True)
class KeyResultScore:
    """A key result on a day: as a whole (`window` and `member` are `total`), or a part of it.

    Baseline, target and actual are in `unit`; a `percent` is a fraction. The rates are in units a
    day, or a window of `per`. Raw attainment, score and expected are shares of the goal, score
    and expected from 0 to 1. The forecasts are in `unit` as well, and None where there are no odds.
    """

    as_of: date
    objective_id: str
    key_result_id: str
    name: str
    kpi: str | None
    goal: str
    window: str
    member: str
    period_start: date
    deadline: date
    baseline: Decimal | None
    target: Decimal | None
    actual: Decimal | None
    raw_attainment: Decimal | None
    score: Decimal | None
    expected: Decimal | None
    required_rate: Decimal | None
    current_rate: Decimal | None
    forecast_p10: Decimal | None
    forecast_p50: Decimal | None
    forecast_p90: Decimal | None
    probability: Decimal | None
    probability_uncorrected: Decimal | None
    status: Status
    why: str
    trust: str
    data_through: date | None
    definition_hash: str
    weight: Decimal
    unit: str | None


@dataclass(frozen=True, slots=True)
class ObjectiveScore:
    """An objective on a day, rolled up from its key results and its children by weight.

    `coverage` is the share of the weights, from 0 to 1, that has data behind it. `probability` is
    counted over futures that its key results share, None where one of them has no odds. `parent_id` is
    the parent as written, which may stand in a file that could not be read.
    """

    as_of: date
    objective_id: str
    name: str
    owner: str | None
    period_start: date
    deadline: date
    parent_id: str | None
    commitment: Commitment
    score: Decimal | None
    expected: Decimal | None
    coverage: Decimal
    probability: Decimal | None
    status: Status
    why: str
    trust: str
    data_through: date | None
    definition_hash: str


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Everything scored for one day, sorted by id; the headline row of a key result first."""

    key_results: tuple[KeyResultScore, ...]
    objectives: tuple[ObjectiveScore, ...]
    courses: tuple[CoursePoint, ...] = ()


def trust_column(flags: Set[str]) -> str:
    return ",".join(sorted(flags)) or TRUSTED


def trust_flags(column: str) -> frozenset[str]:
    return frozenset() if column == TRUSTED else frozenset(column.split(","))
