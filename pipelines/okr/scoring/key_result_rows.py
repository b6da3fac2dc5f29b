"""The published row of a key result: of the whole, of a window or of a member."""

from typing import Any

from pipelines.okr.definition.goals import goal_in_words
from pipelines.okr.kpi.facts import MODEL_FAILED, TOTAL
from pipelines.okr.kpi.numbers import published_share
from pipelines.okr.kpi.status import PACE_STATUSES, by_odds
from pipelines.okr.odds.odds import Odds
from pipelines.okr.odds.open_goals import ShareOfGoals
from pipelines.okr.scoring import wording
from pipelines.okr.scoring.assessment import Assessment, JudgedPart
from pipelines.okr.scoring.key_results import JudgedKeyResult
from pipelines.okr.scoring.scorecard import KeyResultScore, trust_column


def key_result_row(
    key_result: JudgedKeyResult, part: JudgedPart, odds: Odds, window_odds: Odds | None = None
) -> KeyResultScore:
    """What is published of a part; `window_odds` are those of its open window."""
    objective, result, index = key_result.objective, key_result.result, key_result.index
    stands = part.assessment
    unit = index.kpi.unit if index is not None else None
    standing = index.standing_flags if index is not None else frozenset()
    has_data = index is not None and index.data_through is not None
    unseen = {member.flag for member in key_result.unseen}
    return KeyResultScore(
        as_of=key_result.as_of,
        objective_id=objective.id,
        key_result_id=key_result.id,
        name=result.name or result.id,
        kpi=result.kpi,
        goal=goal_in_words(result, unit or "", key_result.goal_shown),
        window=part.window.label if part.window else TOTAL,
        member=part.member,
        period_start=stands.course.start,
        deadline=stands.course.deadline,
        baseline=stands.baseline,
        target=stands.target,
        actual=stands.actual,
        raw_attainment=None if stands.raw is None else published_share(stands.raw, key_result.bar),
        score=None if stands.score is None else published_share(stands.score, key_result.bar),
        expected=None if stands.expected is None else published_share(stands.expected),
        required_rate=stands.required_rate,
        current_rate=stands.current_rate,
        forecast_p10=odds.low,
        forecast_p50=odds.middle,
        forecast_p90=odds.high,
        probability=odds.probability,
        probability_uncorrected=odds.uncorrected,
        status=by_odds(stands.status, odds.probability, key_result.policy),
        why=_why(key_result, part, odds, unit or ""),
        trust=trust_column(stands.trust | standing | unseen | key_result.plan_flags),
        data_through=stands.course.cut if has_data else None,
        definition_hash=key_result.definition_hash,
        weight=result.weight,
        unit=unit,
        gap=stands.gap,
        expected_actual=stands.expected_actual,
        **_record(stands, window_odds),
    )


def _why(key_result: JudgedKeyResult, part: JudgedPart, odds: Odds, unit: str) -> str:
    """Why the part stands as it does, in words."""
    index, stands = key_result.index, part.assessment
    why = stands.why
    status = by_odds(stands.status, odds.probability, key_result.policy)
    missed_early = status == "missed" and isinstance(stands.outcome, ShareOfGoals)
    if stands.status in PACE_STATUSES or (missed_early and not stands.course.past_due):
        why = wording.with_odds(why, odds, unit)
    if stands.status == "not_started" and (odds.probability is not None or odds.why):
        why = wording.with_odds(why, odds, unit)
    if stands.status == "no_data" and index is not None and MODEL_FAILED in index.standing_flags:
        why = wording.model_failed(key_result.result.kpi or "")
    why = wording.with_unseen(why, key_result.unseen)
    if part.member == TOTAL and part.window is None:
        named = key_result.result.name_members
        by_kpi = stands.members.untargeted if stands.members else ()
        why = wording.with_untargeted(why, [*key_result.untargeted, *by_kpi], named=named)
    return why


def _record(stands: Assessment, window_odds: Odds | None) -> dict[str, Any]:
    """The columns of windows and of members; those of the open window with its odds."""
    columns: dict[str, Any] = {}
    if (windows := stands.windows) is not None:
        columns |= {
            "windows_met": windows.met,
            "windows_over": windows.over,
            "windows_needed": windows.needed,
            "windows_in_all": windows.in_all,
            "windows_in_a_row": windows.in_a_row,
        }
    if (window := stands.open_window) is not None:
        columns |= {"open_window": window.label, "window_actual": window.actual}
        if window_odds is not None:
            columns |= {
                "window_probability": window_odds.probability,
                "window_forecast_p50": window_odds.middle,
            }
    if (members := stands.members) is not None:
        columns |= {
            "members_met": members.met,
            "members_judged": members.judged,
            "furthest_behind": members.furthest_behind,
        }
    return columns
