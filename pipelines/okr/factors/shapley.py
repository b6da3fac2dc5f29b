"""Products of factors (sessions × conversion × basket): each factor's part by its Shapley value.

The change of a product depends on the order in which its factors are changed. A factor's Shapley value
is what it brings on average over all orders. The values sum to the change, whatever the factors are:
zero, negative, or unchanged, which brings 0. For two factors it is the change of one times the mean of
the other.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import factorial

ONE = Fraction(1)


def product_effects(
    now: Mapping[str, Fraction], before: Mapping[str, Fraction]
) -> dict[str, Fraction]:
    """Each factor's part in the change of the product of all of them.

    Raises:
        ValueError: if a factor is known in one of the periods only.
    """
    if now.keys() != before.keys():
        only = ", ".join(sorted(now.keys() ^ before.keys()))
        raise ValueError(f"known in one period only: {only}; a product needs all of its factors")
    return {
        name: (now[name] - before[name])
        * _mean_of_others([(now[other], before[other]) for other in now if other != name])
        for name in now
    }


def _mean_of_others(others: Sequence[tuple[Fraction, Fraction]]) -> Fraction:
    """The product of the other factors, on average over all orders in which they may have changed."""
    # at place k: the sum of the products in which just k of the factors have their new value
    sums = [ONE]
    for new, old in others:
        raised = [Fraction(), *(one * new for one in sums)]
        kept = [*(one * old for one in sums), Fraction()]
        sums = [one + other for one, other in zip(raised, kept, strict=True)]
    last = len(others)
    orders = factorial(last + 1)
    return sum(
        (one * factorial(k) * factorial(last - k) / orders for k, one in enumerate(sums)),
        Fraction(),
    )
