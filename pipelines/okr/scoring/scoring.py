"""Definitions and evidence in, a scorecard out: the one entry of this package's arithmetic."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import localcontext
from itertools import chain
from operator import attrgetter

from pipelines.okr.definition.definitions import Objective
from pipelines.okr.kpi.facts import TOTAL
from pipelines.okr.kpi.numbers import EXACT, ONE, ZERO
from pipelines.okr.odds.objective_futures import futures_of
from pipelines.okr.odds.odds import GoalSimulation, Odds
from pipelines.okr.scoring.assessment import JudgedPart
from pipelines.okr.scoring.courses import CoursePoint, course_points, days_of
from pipelines.okr.scoring.evidence import Evidence
from pipelines.okr.scoring.key_result_rows import key_result_row
from pipelines.okr.scoring.key_results import JudgedKeyResult
from pipelines.okr.scoring.rollup import RollUp, RollUpPart
from pipelines.okr.scoring.scorecard import GoalBehind, KeyResultScore, ObjectiveScore, Scorecard

KEY_RESULTS_AT_ONCE = 2_500
"""Key results that are simulated together: enough of them that simulating their KPIs again for others costs little."""


def score(objectives: Sequence[Objective], evidence: Evidence) -> Scorecard:
    """Score sound objectives, as `loading.load` gives them, on the evidence.

    Raises:
        ValueError: if parents go in a circle, which `loading.load` refuses.
    """
    return combined(score_in_batches(objectives, evidence))


def score_in_batches(
    objectives: Sequence[Objective], evidence: Evidence, most: int = KEY_RESULTS_AT_ONCE
) -> Iterator[Scorecard]:
    """The same in parts, which can be stored and dropped: whole objectives with together about `most` key results.

    The courses and futures of a hundred thousand key results do not fit into memory, so drop a part before you ask for
    the next. No score depends on the batches: the futures of a KPI are the same in each.
    """
    rolled_up = RollUp(objectives, evidence)
    batch: list[Objective] = []
    size = 0
    for objective in rolled_up.order:
        size += len(objective.key_results)
        if batch and size > most:
            yield _scored(batch, evidence, rolled_up)
            batch, size = [], len(objective.key_results)
        batch.append(objective)
    if batch:
        yield _scored(batch, evidence, rolled_up)


def _scored(objectives: Sequence[Objective], evidence: Evidence, rolled_up: RollUp) -> Scorecard:
    """Objectives, each after its children, and their key results with their courses."""
    # A context of our own: the result must not depend on that of the thread we run in.
    with localcontext(EXACT):
        judged = [
            [JudgedKeyResult(objective, result, evidence) for result in objective.key_results]
            for objective in objectives
        ]
        simulation = GoalSimulation(evidence.graded, evidence.changes)
        for key_result in chain.from_iterable(judged):
            _add(simulation, key_result)
        simulation.run()
        headlines: list[ObjectiveScore] = []
        rows: list[KeyResultScore] = []
        courses: list[CoursePoint] = []
        behind: list[GoalBehind] = []
        for objective, key_results in zip(objectives, judged, strict=True):
            parts: list[RollUpPart] = []
            for key_result in key_results:
                own = _rows(key_result, simulation)
                parts.append(_part(key_result, own[0], simulation))
                rows += own
                courses += _course(key_result, own[0], simulation)
                if own[0].status in ("at_risk", "off_track") and key_result.result.name_members:
                    behind += _behind(key_result, simulation)
            headlines.append(rolled_up.score(objective, parts))
    return combined([Scorecard(tuple(rows), tuple(headlines), tuple(courses), tuple(behind))])


def _rows(key_result: JudgedKeyResult, simulation: GoalSimulation) -> list[KeyResultScore]:
    """The rows of a key result, its headline first."""
    return [
        key_result_row(
            key_result,
            part,
            simulation.odds(part.assessment.outcome),
            _odds_of_open_window(part, simulation),
        )
        for part in key_result.published_parts
    ]


def _part(
    key_result: JudgedKeyResult, headline: KeyResultScore, simulation: GoalSimulation
) -> RollUpPart:
    """What its objective needs of a key result."""
    coverage = ZERO if headline.score is None else ONE
    result = simulation.result(key_result.whole.outcome)
    of_windows = headline.windows_needed is not None
    futures = futures_of(headline.name, result, met_counts_whole=of_windows)
    return RollUpPart(headline, headline.weight, coverage, futures, key_result.whole.paced_score)


def combined(scorecards: Iterable[Scorecard]) -> Scorecard:
    """Parts of a scorecard as one, in order."""
    parts = list(scorecards)
    return Scorecard(
        tuple(sorted((row for part in parts for row in part.key_results), key=_order)),
        tuple(
            sorted(
                (row for part in parts for row in part.objectives), key=attrgetter("objective_id")
            )
        ),
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
