from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.okr.kpi.numbers import clamped, figure, parse_number, percentage, published_share


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


def test_figures_read_like_figures():
    assert figure(Decimal("2000000.00"), "USD", 2) == "2,000,000 USD"
    assert figure(Decimal("12.5"), "USD", 2) == "12.50 USD"
    assert figure(Decimal("0.96"), "percent") == "96 %"
    assert figure(Decimal("100")) == "100"
    assert figure(Decimal("-0.001"), "USD", 2) == "0 USD"
