"""The track record: what was predicted, and how good it was once the goal had come due."""

from datetime import date
from decimal import Decimal

from pipelines.history.predictions import graded_before, write_predictions
from pipelines.okr.forecast.recalibration import Graded
from tests.pipelines.history.conftest import GOAL, Believer, at, november

PREDICTIONS = """
    select issued_on, days_left, probability, standing, met, graded_on, brier, log_loss, teaches
    from okr.predictions where kind = 'key_result' order by issued_on
"""
CALIBRATION = """
    select tenth, predictions, goals, probability, met, brier, base_rate_brier, log_loss
    from okr.calibration where kind = 'key_result' order by tenth
"""


def predict(believer: Believer, day: int, odds: str, target: int = 60, **named: str) -> None:
    """A run on a day of November that gives the odds of so many deals."""
    now = at(named.get("now", f"2026-11-{day:02}"))
    text = GOAL.format(target=target)
    believer.scores(now, text, november(day - 1), date(2026, 11, day), odds)


def come_due(believer: Believer, target: int = 60, deals: int = 2) -> None:
    """A run on 3 December, when November is over: two deals a day are sixty."""
    text = GOAL.format(target=target)
    believer.scores(at("2026-12-03"), text, november(30, deals), date(2026, 12, 3))


def recorded(believer: Believer, query: str) -> list[tuple[object, ...]]:
    write_predictions(believer.history, believer.warehouse, "UTC")
    return list(believer.rows(query, of="warehouse"))


def test_a_prediction_is_open_until_its_goal_has_come_due(believer: Believer) -> None:
    predict(believer, 10, "0.8")
    [row] = recorded(believer, PREDICTIONS)
    # from 10 to 30 November are 21 days
    assert row == (date(2026, 11, 10), 21, Decimal("0.8"), "open", None, None, None, None, True)
    assert recorded(believer, CALIBRATION) == []


def test_a_goal_that_was_met_grades_its_predictions(believer: Believer) -> None:
    predict(believer, 10, "0.8")
    predict(believer, 16, "0.9")
    come_due(believer)
    graded_on = date(2026, 12, 3)
    # (0.8 - 1)² = 0.04 and -ln 0.8 = 0.223144; (0.9 - 1)² = 0.01 and -ln 0.9 = 0.105361
    assert recorded(believer, PREDICTIONS) == [
        (
            date(2026, 11, 10), 21, Decimal("0.8"), "graded", True, graded_on,
            Decimal("0.04"), Decimal("0.223144"), False,
        ),
        # the middle between 1 and 30 November lies between the 15th and the 16th
        (
            date(2026, 11, 16), 15, Decimal("0.9"), "graded", True, graded_on,
            Decimal("0.01"), Decimal("0.105361"), True,
        ),
    ]  # fmt: skip


def test_odds_of_what_came_otherwise_cost_at_most_a_surprise_of_half_a_percent(
    believer: Believer,
) -> None:
    predict(believer, 10, "0.999")
    come_due(believer, deals=1)
    [row] = recorded(believer, PREDICTIONS)
    # (0.999 - 0)² = 0.998001; -ln 0.005 = 5.298317
    assert row[4:8] == (False, date(2026, 12, 3), Decimal("0.998001"), Decimal("5.298317"))


def test_a_past_day_that_is_played_again_predicts_nothing(believer: Believer) -> None:
    predict(believer, 10, "0.8", now="2026-11-20")
    assert recorded(believer, PREDICTIONS) == []


def test_a_day_that_is_scored_again_keeps_the_odds_that_were_issued(believer: Believer) -> None:
    predict(believer, 10, "0.8")
    predict(believer, 10, "0.3", now="2026-11-20")
    assert [row[2] for row in recorded(believer, PREDICTIONS)] == [Decimal("0.8")]


def test_what_is_settled_is_no_prediction(believer: Believer) -> None:
    predict(believer, 10, "1")
    assert recorded(believer, PREDICTIONS) == []


def test_odds_of_a_goal_that_was_changed_stay_ungraded(believer: Believer) -> None:
    predict(believer, 10, "0.8", target=90)
    predict(believer, 16, "0.9")
    come_due(believer)
    assert [row[3:5] for row in recorded(believer, PREDICTIONS)] == [
        ("superseded", None),
        ("graded", True),
    ]


def test_the_calibration_sets_odds_beside_how_often_goals_were_met(believer: Believer) -> None:
    predict(believer, 10, "0.8")
    predict(believer, 16, "0.9")
    come_due(believer)
    # one goal, whose two predictions weigh a half each: odds 0.85, Brier (0.04 + 0.01) / 2
    assert recorded(believer, CALIBRATION) == [
        (
            "0.8-0.9", 1, 1, Decimal("0.8"), Decimal(1), Decimal("0.04"), Decimal(0),
            Decimal("0.223144"),
        ),
        (
            "0.9-1.0", 1, 1, Decimal("0.9"), Decimal(1), Decimal("0.01"), Decimal(0),
            Decimal("0.105361"),
        ),
        (
            "all", 2, 1, Decimal("0.85"), Decimal(1), Decimal("0.025"), Decimal(0),
            # (0.223144 + 0.105361) / 2 = 0.1642525
            Decimal("0.164253"),
        ),
    ]  # fmt: skip


def test_later_odds_learn_one_prediction_a_goal_once_it_has_come_due(believer: Believer) -> None:
    predict(believer, 10, "0.8")
    predict(believer, 16, "0.9")
    come_due(believer)
    # the day that grades them does not learn from itself, so that it can be scored again
    assert graded_before(believer.history, date(2026, 12, 3), "UTC") == []
    assert graded_before(believer.history, date(2026, 12, 4), "UTC") == [Graded(0.9, True)]


def test_without_a_history_there_is_nothing_to_learn(believer: Believer) -> None:
    assert graded_before(believer.history, date(2026, 12, 4), "UTC") == []


def test_a_final_score_that_is_restated_says_what_it_was(believer: Believer) -> None:
    come_due(believer)
    believer.scores(at("2026-12-04"), GOAL.format(target=60), november(30, 1), date(2026, 12, 4))
    [(first,), (second,)] = believer.rows("select why from key_result_score_history order by as_of")
    assert "Restated" not in first
    assert second.endswith("Restated: on 2026-12-03 it was 60 deals (achieved).")
