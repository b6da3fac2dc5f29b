from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.okr.kpi.numbers import (
    clamped,
    figure,
    parse_number,
    percentage,
    published_share,
    shown,
)


@pytest.mark.parametrize(
    ("written", "number"),
    [("2_000_000", "2000000"), ("96 %", "0.96"), ("96%", "0.96"), ("0.96", "0.96"),
     ("-1.5", "-1.5"), (".5", "0.5"), ("12.5 %", "0.125"), ("0.1", "0.1")],
)  # fmt: skip
def test_a_number_is_exactly_what_was_written(written, number):
    assert parse_number(written) == Decimal(number)


@pytest.mark.parametrize(
    "written",
    ["", "1:30", "1e6", ".inf", "nan", "2,000", "0x1F", "two", "5 $", "1__", "9" * 60],
)
def test_what_is_no_plain_number_is_refused(written):
    with pytest.raises(ValueError, match="write a plain number"):
        parse_number(written)


@given(st.decimals(-10, 10, places=9))
def test_a_published_share_is_one_only_for_what_is_one(share):
    assert (published_share(share) >= 1) == (share >= 1)
    assert 0 <= clamped(share) <= 1


def test_a_cent_short_is_short():
    assert published_share(Decimal("1999999.99") / Decimal(2000000)) == Decimal("0.999999")
    assert percentage(Decimal("0.99999")) == "99.9 %"


def test_a_share_that_misses_its_bar_is_published_below_it():
    assert published_share(Decimal("0.69999999"), Decimal("0.7")) == Decimal("0.699999")
    assert published_share(Decimal("0.7"), Decimal("0.7")) == Decimal("0.7")
    assert published_share(Decimal("0.99999999"), Decimal("0.7")) == Decimal("0.999999")


@pytest.mark.parametrize(
    ("number", "places", "bounds", "published"),
    [
        ("0.9451", 2, {"at_least": "0.95"}, "0.945"),
        ("1999999.60", 0, {"at_least": "2000000"}, "1999999.6"),
        ("1999999.996", 2, {"at_least": "2000000"}, "1999999.996"),
        ("6.97", 0, {"at_least": "7"}, "6.97"),
        ("0.0504", 2, {"at_most": "0.05"}, "0.0504"),
        ("0.0504", 2, {"at_least": "0.05"}, "0.05"),
        ("2.4999999999", 0, {"at_least": "2.5"}, "2"),
        ("2.0000000001", 0, {"at_most": "2"}, "2.000001"),
        ("1.9999999999", 0, {"at_least": "2"}, "1.999999"),
        ("2", 0, {"at_least": "2", "at_most": "2"}, "2"),
    ],
)
def test_a_figure_has_as_many_decimals_as_show_that_it_misses(number, places, bounds, published):
    ends = {name: Decimal(end) for name, end in bounds.items()}
    assert shown(Decimal(number), places, **ends) == Decimal(published)


@given(st.decimals(-3, 3, places=9), st.decimals(-3, 3, places=2), st.integers(2, 4))
def test_what_is_shown_says_the_same_as_what_is(number, bound, places):
    assert (shown(number, places, at_least=bound) >= bound) == (number >= bound)
    assert (shown(number, places, at_most=bound) <= bound) == (number <= bound)
    near = shown(number, places)
    assert abs(near - number) * 2 <= Decimal(1).scaleb(-places)


def test_figures_read_like_figures():
    assert figure(Decimal("1999999.6"), "USD", 1) == "1,999,999.60 USD"
    assert figure(Decimal("1999999.600000"), "USD") == "1,999,999.60 USD"
    assert figure(Decimal("6.9"), "deals", 1) == "6.9 deals"
    assert figure(Decimal("1.2"), "KWD") == "1.200 KWD", "a dinar has a thousand fils"
    assert figure(Decimal("12.5"), "JPY") == "12.5 JPY", "a yen has no smaller unit"
    assert figure(Decimal("7.5"), "NPS") == "7.5 NPS", "no currency"
    assert figure(Decimal("1.0"), "people", 0) == "1", "not 1 people"
    assert figure(Decimal("1"), "USD") == "1 USD"
    assert figure(Decimal("0.01"), "percent") == "1 %"

    assert figure(Decimal("2000000.00"), "USD", 2) == "2,000,000 USD"
    assert figure(Decimal("12.5"), "USD", 2) == "12.50 USD"
    assert figure(Decimal("0.96"), "percent") == "96 %"
    assert figure(Decimal("100")) == "100"
    assert figure(Decimal("-0.001"), "USD", 2) == "0 USD"
