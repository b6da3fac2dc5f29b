"""Definitions and facts in, a scorecard out: the one entry of this package's arithmetic."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import localcontext
from operator import attrgetter
from types import MappingProxyType

from pipelines.okr.definition.definitions import Objective
from pipelines.okr.forecast.recalibration import Graded
from pipelines.okr.kpi.facts import TOTAL
from pipelines.okr.kpi.numbers import EXACT, ONE, ZERO
from pipelines.okr.kpi.series import KpiIndex
from pipelines.okr.kpi.status import Policy
from pipelines.okr.odds.changed_futures import FuturesChange
from pipelines.okr.odds.objective_futures import futures_of
from pipelines.okr.odds.odds import GoalSimulation, Odds
from pipelines.okr.scoring.assessment import JudgedPart
from pipelines.okr.scoring.courses import CoursePoint, course_points, days_of
from pipelines.okr.scoring.key_results import JudgedKeyResult
from pipelines.okr.scoring.rollup import RollUpPart, roll_up
from pipelines.okr.scoring.scorecard import GoalBehind, KeyResultScore, Scorecard

KEY_RESULTS_AT_ONCE = 5_000
"""Key results that are simulated together: enough of them that simulating their KPIs again for others costs little."""


def score(
    objectives: Sequence[Objective],
    indexes: Mapping[str, KpiIndex],
    as_of: date,
    policy: Policy | None = None,
    graded: Sequence[Graded] = (),
    broken_kpis: Mapping[str, str] = MappingProxyType({}),
    changes: Sequence[FuturesChange] = (),
) -> Scorecard:
    """Score the objectives as of a day, on data up to the day before it.

    Args:
        objectives: sound definitions, as `loading.load` gives them.
        indexes: the facts of each KPI, by its name; a KPI without facts gives `no_data`.
        as_of: the day to play; data of the day itself and later are not looked at.
        policy: the thresholds; the defaults are those of docs/okr-semantics.md.
        graded: earlier predictions whose goals have come due, one a goal: they correct the odds.
        broken_kpis: the KPIs whose declarations are at fault, each with its file; `why` names it.
        changes: what is known of the futures beside the KPIs' own past.

    Raises:
        ValueError: if parents go in a circle, which `loading.load` refuses.
    """
    return together(
        score_in_batches(objectives, indexes, as_of, policy, graded, broken_kpis, changes)
    )


def score_in_batches(
    objectives: Sequence[Objective],
    indexes: Mapping[str, KpiIndex],
    as_of: date,
    policy: Policy | None = None,
    graded: Sequence[Graded] = (),
    broken_kpis: Mapping[str, str] = MappingProxyType({}),
    changes: Sequence[FuturesChange] = (),
    most: int = KEY_RESULTS_AT_ONCE,
) -> Iterator[Scorecard]:
    """The same in parts, which can be stored and dropped: `most` key results in each, the objectives in the last.

    The courses and futures of a hundred thousand key results do not fit into memory. No score depends on the batches:
    the futures of a KPI are the same in each.
    """
    policy = policy or Policy()
    all_results = [(x, result) for x in objectives for result in x.key_results]
    parts: dict[str, list[RollUpPart]] = {}
    for first in range(0, len(all_results), most):
        # A context of our own: the result must not depend on that of the thread we run in.
        with localcontext(EXACT):
            judged = [
                JudgedKeyResult(
                    objective,
                    result,
                    indexes.get(result.kpi or ""),
                    as_of,
                    policy,
                    broken_kpis.get(result.kpi or "", ""),
                    indexes,
                )
                for objective, result in all_results[first : first + most]
            ]
            batch = _scored(judged, GoalSimulation(graded, changes), parts)
        yield batch
    with localcontext(EXACT):
        rolled_up = roll_up(objectives, parts, as_of, policy, GoalSimulation(graded))
    yield Scorecard((), rolled_up)


def _scored(
    judged: Sequence[JudgedKeyResult],
    simulation: GoalSimulation,
    roll_up_parts: dict[str, list[RollUpPart]],
) -> Scorecard:
    """Key results with their courses. Adds what their objectives need of each, by objective id."""
    for key_result in judged:
        _add(simulation, key_result)
    simulation.run()
    rows: list[KeyResultScore] = []
    courses: list[CoursePoint] = []
    behind: list[GoalBehind] = []
    for key_result in judged:
        own = [
            key_result.row(
                part,
                simulation.odds(part.assessment.outcome),
                _odds_of_open_window(part, simulation),
            )
            for part in key_result.published_parts
        ]
        coverage = ZERO if own[0].score is None else ONE
        result = simulation.result(key_result.whole.outcome)
        of_windows = own[0].windows_needed is not None
        futures = futures_of(own[0].name, result, met_counts_whole=of_windows)
        paced = key_result.whole.paced_score
        part = RollUpPart(own[0], own[0].weight, coverage, futures, paced)
        roll_up_parts.setdefault(key_result.objective.id, []).append(part)
        rows += own
        courses += _course(key_result, own[0], simulation)
        if own[0].status in ("at_risk", "off_track") and key_result.result.name_members:
            behind += _behind(key_result, simulation)
    return Scorecard(
        tuple(sorted(rows, key=_order)),
        (),
        tuple(sorted(courses, key=attrgetter("key_result_id"))),
        tuple(behind),
    )


def together(scorecards: Iterable[Scorecard]) -> Scorecard:
    """Parts of a scorecard as one."""
    parts = list(scorecards)
    return Scorecard(
        tuple(sorted((row for part in parts for row in part.key_results), key=_order)),
        tuple(row for part in parts for row in part.objectives),
        tuple(
            sorted(
                (point for part in parts for point in part.courses), key=attrgetter("key_result_id")
            )
        ),
        tuple(goal for part in parts for goal in part.behind),
    )


def _odds_of_open_window(part: JudgedPart, simulation: GoalSimulation) -> Odds | None:
    window = part.assessment.open_window
    return None if window is None else simulation.odds(window.outcome)


def _order(row: KeyResultScore) -> tuple[str, bool, bool, str, str]:
    in_window, of_member = row.window != TOTAL, row.member != TOTAL
    return row.key_result_id, of_member, in_window, row.member, row.window


def _add(simulation: GoalSimulation, key_result: JudgedKeyResult) -> None:
    """Add what has to come true for a key result and its parts."""
    whole, question = key_result.whole, key_result.single_question
    course = whole.course
    days = [] if question is None else days_of(question, course)
    to_come = [day for day in days if course.cut < day < course.deadline]
    simulation.add(whole.outcome, headline=True, days=to_come)
    for part in key_result.parts[1:]:
        simulation.add(part.assessment.outcome, headline=False)
    for _, _, goal in key_result.open_goals():
        simulation.keep_forecast(goal, key_result.policy.likely)


def _course(
    key_result: JudgedKeyResult, headline: KeyResultScore, simulation: GoalSimulation
) -> list[CoursePoint]:
    """The course by day, which ends where the headline's forecast does."""
    question, whole = key_result.single_question, key_result.whole
    if question is None:
        return []
    bands = dict(simulation.bands(whole.outcome))
    low, middle, high = headline.forecast_p10, headline.forecast_p50, headline.forecast_p90
    if low is not None and middle is not None and high is not None:
        bands[headline.deadline] = low, middle, high
    return course_points(key_result.as_of, key_result.id, question, whole.course, bands)


def _behind(key_result: JudgedKeyResult, simulation: GoalSimulation) -> Iterator[GoalBehind]:
    """The open goals of a key result that is behind, but those that are likely to be met."""
    for window, member, goal in key_result.open_goals():
        forecast = simulation.forecast(goal)
        if forecast is not None:
            ids = key_result.objective.id, key_result.id
            yield GoalBehind(key_result.as_of, *ids, window, member, forecast)
