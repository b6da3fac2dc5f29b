"""The rows that scoring publishes: the columns of `key_result_scores` and `objective_scores`."""

from collections.abc import Set
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated

from pipelines.okr import columns
from pipelines.okr.columns import Number, Share
from pipelines.okr.kpi.facts import TOTAL
from pipelines.okr.kpi.status import Commitment, Status
from pipelines.okr.odds.goal_forecast import GoalForecast
from pipelines.okr.scoring.courses import CoursePoint

TRUSTED = "ok"

CommitmentOfObjective = Annotated[Commitment, "committed, or aspirational: 0.7 of it is achieved"]
ScoreStatus = Annotated[
    Status, "not_started, no_data, on_track, at_risk, off_track, achieved or missed"
]
Why = Annotated[str, "The status in words"]
TrustFlags = Annotated[
    str, "ok, or what is not to be trusted, comma-separated (source_failed:stripe)"
]
DataThrough = Annotated[date | None, "The last day whose data was used"]


@dataclass(frozen=True, slots=True)
class KeyResultScore:
    """A key result on a day: as a whole (`window` and `member` are `total`), or a part of it.

    Baseline, target and actual are in `unit`; a `percent` is a fraction. The rates are in units a
    day, or a window of `per`. Raw attainment, score and expected are shares of the goal, score
    and expected from 0 to 1. The forecasts are in `unit` as well, and None where there are no odds.
    """

    as_of: columns.AsOf
    objective_id: columns.ObjectiveId
    key_result_id: columns.KeyResultId
    name: columns.KeyResultName
    kpi: columns.KpiOfKeyResult
    goal: columns.GoalInWords
    window: Annotated[
        str, "The window of per or over that the row is about; total for the headline"
    ]
    member: Annotated[str, "The member of for_each that the row is about; total for the headline"]
    period_start: columns.FirstDayCounted
    deadline: columns.LastDayCounted
    baseline: Annotated[Number | None, "Where the level started (from), in unit"]
    target: Annotated[
        Number | None,
        "The number to reach, in unit, as the file or another KPI gives it; NULL for a band, which has two, and where "
        "each member or window has its own",
    ]
    actual: Annotated[
        Number | None,
        "What the KPI says, in unit, with the decimals it is shown with, or as many more as show that it misses the "
        "goal; NULL where there is no data. Of a goal per window it is that of the latest window that is over; NULL of "
        "a member that has none while others do",
    ]
    raw_attainment: Annotated[Share | None, "Share of the goal attained, not cut at 0 and 1"]
    score: Annotated[
        Share | None, "Share of the goal attained, from 0 to 1; NULL where there is no data"
    ]
    expected: Annotated[
        Share | None,
        "Where the score should stand by the KPI's own season, or by the days, from 0 to 1",
    ]
    required_rate: Annotated[
        Number | None, "What is needed a day (or a window of per) from here on, in unit"
    ]
    current_rate: Annotated[Number | None, "What came a day (or a window of per) so far, in unit"]
    forecast_p10: Annotated[
        Number | None, "Where it ends at the deadline, in unit: 1 in 10 futures end lower"
    ]
    forecast_p50: Annotated[
        Number | None, "Where it ends at the deadline, in unit: half of the futures end lower"
    ]
    forecast_p90: Annotated[
        Number | None, "Where it ends at the deadline, in unit: 1 in 10 futures end higher"
    ]
    probability: Annotated[
        Share | None,
        "How likely the goal is met, counted over simulated futures; 0 and 1 only when it is settled, NULL where "
        "there are no odds (why says the reason)",
    ]
    probability_uncorrected: Annotated[
        Share | None,
        "The same before the record of earlier predictions corrects it: what that record learns from",
    ]
    status: ScoreStatus
    why: Why
    trust: TrustFlags
    data_through: DataThrough
    definition_hash: columns.DefinitionHash
    weight: columns.WeightInObjective
    unit: Annotated[str | None, "Unit of baseline, target, actual and the rates"]
    gap: Annotated[
        Number | None,
        "How far the actual is from the target or the nearer end of the band, in unit; below 0 is what it has to spare",
    ] = None
    expected_actual: Annotated[
        Number | None,
        "The actual whose score is the expected one: the pace in unit; NULL of a band, of windows and of members",
    ] = None
    windows_met: Annotated[
        int | None, "Of a goal per window: how many of the windows in windows_over met it"
    ] = None
    windows_over: Annotated[
        int | None,
        "Of a goal per window: how many windows have a result: those that are over and have data, and the open one as "
        "soon as nothing to come can change it",
    ] = None
    windows_needed: Annotated[
        int | None, "Of a goal per window: how many of all its windows have to meet it (met_in)"
    ] = None
    windows_in_all: Annotated[
        int | None, "Of a goal per window: how many windows it has, those to come included"
    ] = None
    windows_in_a_row: Annotated[
        int | None,
        "Of a goal per window: how many of the latest windows met it one after the other",
    ] = None
    open_window: Annotated[str | None, "Of a goal per window: the label of the open window"] = None
    window_actual: Annotated[Number | None, "What the open window has come to, in unit"] = None
    window_probability: Annotated[
        Share | None, "How likely the open window meets the goal; NULL without odds"
    ] = None
    window_forecast_p50: Annotated[
        Number | None, "Where the open window ends, in unit: half of the futures end lower"
    ] = None
    members_met: Annotated[
        int | None, "Of a goal for each member: how many of the judged ones meet it"
    ] = None
    members_judged: Annotated[
        int | None, "Of a goal for each member: how many have data to be judged by"
    ] = None
    furthest_behind: Annotated[
        str | None,
        "Of a goal for each member: the one with the largest gap to its own target; NULL where several tie, all "
        "meet it, or nobody is to be named",
    ] = None
    probability_if_measures_work: Annotated[
        Share | None,
        "How likely the goal is met if the measures that are not judged yet bring what their files expect; NULL where "
        "there are none with an expected effect",
    ] = None

    @property
    def is_headline(self) -> bool:
        """Whether it is about the key result as a whole."""
        return (self.window, self.member) == (TOTAL, TOTAL)


@dataclass(frozen=True, slots=True)
class ObjectiveScore:
    """An objective on a day, rolled up from its key results and its children by weight.

    `coverage` is the share of the weights, from 0 to 1, that has data behind it. `probability` is
    counted over futures that its key results share, None where one of them has no odds. `parent_id` is
    the parent as written, which may stand in a file that could not be read.
    """

    as_of: columns.AsOf
    objective_id: columns.ObjectiveId
    name: columns.ObjectiveName
    owner: columns.Owner
    period_start: columns.FirstDayOfPeriod
    deadline: columns.LastDayOfPeriod
    parent_id: columns.ParentId
    commitment: CommitmentOfObjective
    score: Annotated[
        Share | None, "Weighted mean of the scores below it, from 0 to 1; NULL where none has data"
    ]
    expected: Annotated[Share | None, "Where the score should stand at a steady pace"]
    coverage: Annotated[Share, "Share of the weights that has data behind it, from 0 to 1"]
    probability: Annotated[
        Share | None,
        "How likely it is achieved, counted over futures that all its parts share; NULL where one has no odds",
    ]
    status: ScoreStatus
    why: Why
    trust: TrustFlags
    data_through: DataThrough
    definition_hash: columns.DefinitionHash
    bar: Annotated[Share | None, "The score from which it is achieved, from 0 to 1"] = None
    forecast_score_p10: Annotated[
        Share | None, "The score it ends with, from 0 to 1: 1 in 10 futures end lower"
    ] = None
    forecast_score_p50: Annotated[
        Share | None, "The score it ends with, from 0 to 1: half of the futures end lower"
    ] = None
    forecast_score_p90: Annotated[
        Share | None, "The score it ends with, from 0 to 1: 1 in 10 futures end higher"
    ] = None
    probability_all_met: Annotated[
        Share | None, "How likely every part of it is met in full; NULL where one has no odds"
    ] = None
    parts: Annotated[int | None, "Key results and children that count in its score"] = None
    parts_on_track: Annotated[int | None, "How many of them are on track or achieved"] = None
    costliest_part: Annotated[
        str | None,
        "The part that costs most of the score it is likely to end with: the id of a key result or an objective",
    ] = None
    costliest_part_cost: Annotated[
        Share | None, "How much of the score that part costs, from 0 to 1"
    ] = None
    parts_without_odds: Annotated[
        int | None,
        "How many of its parts have no odds while it is open; those of a child that lacks some count as one",
    ] = None
    probability_at_least: Annotated[
        Share | None,
        "Where a part has no odds: how likely it is achieved with nothing of that part; NULL with odds",
    ] = None
    probability_at_most: Annotated[
        Share | None,
        "Where a part has no odds: how likely it is achieved with all of that part; NULL with odds",
    ] = None
    paced_score: Annotated[
        Share | None,
        "Where a part has no odds: the score it ends with if that part goes on at its pace, which the status goes by; "
        "NULL with odds",
    ] = None


@dataclass(frozen=True, eq=False, slots=True)
class GoalBehind:
    """An open goal of a key result that is at risk or off track, and where its futures end.

    `window` and `member` are the key result's window and member that it is about, `total` for the whole.
    """

    as_of: date
    objective_id: str
    key_result_id: str
    window: str
    member: str
    forecast: GoalForecast


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Everything scored for one day, sorted by id; the headline row of a key result first.

    `behind` is not published: levers are found from it.
    """

    key_results: tuple[KeyResultScore, ...]
    objectives: tuple[ObjectiveScore, ...]
    courses: tuple[CoursePoint, ...] = ()
    behind: tuple[GoalBehind, ...] = field(default=(), compare=False, repr=False)


def trust_column(flags: Set[str]) -> str:
    return ",".join(sorted(flags)) or TRUSTED


def trust_flags(column: str) -> frozenset[str]:
    return frozenset() if column == TRUSTED else frozenset(column.split(","))
