"""What would bring the sample company's goals back, from the published file."""

from decimal import Decimal

from tests.end_to_end.conftest import TODAY, Home

LIKELY = Decimal("0.7")


def test_each_goal_that_is_behind_has_levers_and_no_other_has(sample: Home) -> None:
    levers = sample.rows(
        "select key_result_id, as_of, possible, key_result_levers.probability, status "
        "from key_result_levers "
        "inner join key_result_scores using (as_of, key_result_id) "
        "where key_result_scores.\"window\" = 'total' and key_result_scores.member = 'total'"
    )
    behind = {row[0] for row in levers}
    assert {"team/employee-nps", "prospects/new-prospects"} <= behind
    assert "everyone-sells/every-rep" not in behind, "what is missed cannot be brought back"
    for _, as_of, possible, probability, status in levers:
        assert as_of == TODAY
        assert status in ("at_risk", "off_track")
        assert probability is None or possible == (probability >= LIKELY)


def test_they_are_ranked_from_the_one_that_has_to_move_least(sample: Home) -> None:
    ranks = sample.rows(
        "select list(rank order by rank), count(*) from key_result_levers "
        'group by key_result_id, "window", asked_member'
    )
    assert ranks
    assert all(ranked == list(range(1, count + 1)) for ranked, count in ranks)


def test_the_new_prospects_that_are_missing_are_the_target_less_what_most_futures_bring(
    sample: Home,
) -> None:
    """What seven in ten futures reach lies between what nine in ten and what five in ten do."""
    target, nine, five = sample.row(
        "select target, forecast_p10, forecast_p50 from key_result_scores where as_of = $1 "
        "and key_result_id = 'prospects/new-prospects' and \"window\" = '2026-Q4'",
        TODAY,
    )
    change, now, needed = sample.row(
        "select change, current_rate, needed_rate from key_result_levers "
        "where key_result_id = 'prospects/new-prospects' and driver = 'rate'"
    )
    assert target - five <= change <= target - nine
    assert change == int(change), "prospects are whole"
    # 25 November to 31 December; both rates have two decimals, the one that is needed is rounded up
    assert -Decimal("0.005") <= (needed - now) - change / 37 <= Decimal("0.015")
