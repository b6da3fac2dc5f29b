"""The sample company's measures: the one with an effect is seen, the one without is not."""

from decimal import Decimal

from tests.end_to_end.conftest import Home


def test_the_autumn_sale_is_seen(sample: Home) -> None:
    """October brought 295,000 dollars by the company's figures, after 172,400 in September."""
    verdict, better, actual, low, high = sample.row(
        "select verdict, better, actual, effect_low, effect_high from measures "
        "where measure = 'The autumn sale'"
    )
    assert (verdict, better) == ("supported", True)
    assert actual >= Decimal(295_000), "and what was paid in other currencies"
    assert 0 < low < high < actual


def test_advertising_that_sold_nothing_more_cannot_be_told_from_chance(sample: Home) -> None:
    """The campaign is among the company's own since 16 February; the shop's figures do not know it."""
    verdict, low, high, controls = sample.row(
        "select verdict, effect_low, effect_high, controls from measures "
        "where measure like 'Advertise green%'"
    )
    assert verdict == "not_distinguishable"
    assert low <= 0 <= high
    assert "green" in controls


def test_the_habit_is_tested_and_enters_the_odds_only_if_it_helps(sample: Home) -> None:
    """Engagements and likes of the page are drawn independently, each about a line of its own."""
    key_result, leads, verdict, days = sample.row(
        "select key_result_id, leads, verdict, by_days from leads"
    )
    assert (key_result, leads) == ("audience/weekly-engagements", "page_likes")
    assert (verdict, days) == ("no_evidence", 28)
