"""Amounts by hand, so that each test states only its figures."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import pytest

from pipelines.okr.factors.amounts import Amount, Amounts

Plain = Callable[..., Amounts]


def exact(figure: object) -> Fraction:
    """A figure as it is written: `0.1` is a tenth."""
    return Fraction(Decimal(str(figure)))


@pytest.fixture
def plain() -> Plain:
    """`plain(widget=10, gadget="2.50")`: the amounts of members that add up."""
    return lambda **members: {(name,): Amount(exact(figure)) for name, figure in members.items()}


@pytest.fixture
def ratios() -> Plain:
    """`ratios(email=(10, 100))`: numerator and denominator of each member."""
    return lambda **members: {
        (name,): Amount(exact(upper), exact(lower)) for name, (upper, lower) in members.items()
    }
