"""A final score that the past was restated under says what it had been."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from pipelines.okr.scoring.final_scores import FinalScore, with_restatements
from pipelines.okr.scoring.scorecard import Scorecard

END = date(2026, 10, 31)


@pytest.fixture
def closed(past, play) -> Scorecard:
    """31 deals in October, looked at on 5 November."""
    facts = past.daily("deals", date(2026, 10, 1), [1] * 40)
    lines = "- {id: it, kpi: deals, at_least: 30}"
    return play(lines, facts, date(2026, 11, 5), period="2026-10")


def first_of(scorecard: Scorecard, **changed: object) -> dict[str, FinalScore]:
    row = scorecard.key_results[0]
    same = FinalScore(
        END + timedelta(days=1), row.actual, row.status, row.definition_hash, row.target
    )
    return {row.key_result_id: replace(same, **changed)}


def ending(scorecard: Scorecard, **changed: object) -> str:
    before = scorecard.key_results[0].why
    after = with_restatements(scorecard, first_of(scorecard, **changed)).key_results[0].why
    assert after.startswith(before)
    return after[len(before) :]


def test_what_differs_from_the_first_final_score_is_told(closed):
    assert closed.key_results[0].status == "achieved"
    assert ending(closed, actual=Decimal(29), status="missed") == (
        " Restated: on 2026-11-01 it was 29 deals (missed)."
    )
    assert (
        ending(closed, actual=Decimal(35)) == " Restated: on 2026-11-01 it was 35 deals (achieved)."
    )
    assert ending(closed, actual=None, status="missed") == (
        " Restated: on 2026-11-01 it was no value (missed)."
    )
    assert ending(closed, target=Decimal(20)) == (
        " Restated: on 2026-11-01 it was 31 deals against a target of 20 deals (achieved)."
    )


def test_what_is_the_same_or_of_another_definition_is_not(closed):
    assert ending(closed) == ""
    assert ending(closed, target=None) == ""
    assert ending(closed, actual=Decimal(29), definition_hash="another") == ""
    assert ending(closed, actual=Decimal(29), as_of=date(2026, 11, 5)) == "", "the same day"
    assert with_restatements(closed, {}) == closed


def test_what_is_still_open_has_no_final_score(past, play):
    facts = past.daily("deals", date(2026, 10, 1), [1] * 10)
    still_open = play(
        "- {id: it, kpi: deals, at_least: 30}", facts, date(2026, 10, 11), period="2026-10"
    )
    assert ending(still_open, actual=Decimal(1), as_of=date(2026, 10, 5)) == ""
