"""What follows from where a goal stands."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from pipelines.okr.kpi.status import STATUSES
from pipelines.okr.kpi.timeline import Timeline
from pipelines.okr.odds.open_goals import NoOdds
from pipelines.okr.scoring.assessment import Assessment, WindowRecord, not_started

START, END = date(2026, 11, 1), date(2026, 11, 30)
OVER = Timeline(START, END, END, END)


@pytest.mark.parametrize(
    ("met", "over", "needed", "settled"),
    [
        # two of eight are to come
        (4, 6, 4, True),
        (3, 6, 4, None),
        (2, 6, 4, None),
        (1, 6, 4, False),
        (0, 0, 8, None),
        (0, 1, 8, False),
        (0, 0, 0, True),
        (8, 8, 8, True),
        (7, 8, 8, False),
    ],
)
def test_windows_are_settled_once_enough_met_it_or_too_few_are_left(met, over, needed, settled):
    assert WindowRecord(met, over, needed, in_all=8, in_a_row=0).settled is settled


@pytest.mark.parametrize("status", STATUSES)
def test_only_what_is_achieved_or_missed_is_decided_and_over_after_its_days(status):
    decided = status in ("achieved", "missed")
    assessment = Assessment(OVER, status, "")
    assert (assessment.decided, assessment.is_over) == (decided, decided)
    early = replace(OVER, yesterday=END - timedelta(days=1))
    assert not replace(assessment, course=early).is_over


@pytest.mark.parametrize(
    ("score", "met"), [(None, False), ("0", False), ("0.999999", False), ("1", True)]
)
def test_a_whole_score_has_met_it(score, met):
    whole = None if score is None else Decimal(score)
    assert Assessment(OVER, "on_track", "", score=whole).met is met


def test_what_has_not_started_expects_nothing_and_says_when_it_does():
    before = not_started(OVER, Decimal(7), Decimal(2))
    assert (before.status, before.target, before.baseline) == ("not_started", 7, 2)
    assert (before.expected, before.score) == (0, None)
    assert before.outcome == NoOdds("there are no data yet")
    assert "2026-11-01" in before.why
