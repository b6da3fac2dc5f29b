"""Checks on random changes that their factors add up exactly.

    python -m tests.benchmarks.factor_identities --cases 1000000

A case is a flow (with one dimension or two nested ones), a ratio, either of them in several currencies, or a gap to
a target. Its members appear, disappear, stay unchanged, are 0 or negative, at a precision of 0 to 4 decimals. The
checks, in whole units: the parts sum to the published change, every parent is the sum of its children, swapping the
periods changes every sign, and an unchanged member gets nothing. The same seed gives the same cases everywhere.
"""

import argparse
import random
import time
from collections.abc import Callable, Sequence
from fractions import Fraction

from pipelines.okr.factors.amounts import Amount, Amounts, total
from pipelines.okr.factors.currency import Rates, mean_rates, valued
from pipelines.okr.factors.decomposition import ComparedAmounts, Contribution, decompose
from pipelines.okr.kpi.kinds import Side

NAMES = ("a", "b", "c", "d", "e", "f", "unknown")
Sides = tuple[Amounts, Amounts]


def amount(rng: random.Random, *, ratio: bool) -> Amount:
    """An amount in cents: often 0, sometimes negative. For a ratio the denominator can be 0."""
    numerator = Fraction(rng.choice((0, rng.randint(-5_000, 90_000), rng.randint(0, 900))), 100)
    if not ratio:
        return Amount(numerator)
    return Amount(numerator, Fraction(rng.choice((0, rng.randint(1, 400)))))


def sides(rng: random.Random, *, ratio: bool = False, depth: int = 1) -> Sides:
    """Members in two periods; some are only in one of them, some are equal in both."""
    now: dict[tuple[str, ...], Amount] = {}
    before: dict[tuple[str, ...], Amount] = {}
    for _ in range(rng.randint(1, 6 * depth)):
        member = tuple(rng.choice(NAMES) for _ in range(depth))
        own, earlier = amount(rng, ratio=ratio), amount(rng, ratio=ratio)
        present = rng.random()
        if present < 0.85:
            now[member] = own
        if present > 0.15:
            before[member] = own if rng.random() < 0.1 else earlier
    return now, before


def values(now: Amounts, before: Amounts) -> tuple[Fraction, Fraction] | None:
    """The totals of both periods; None when a ratio has no value in one of them."""
    pair = [whole.value if whole else Fraction() for whole in (total(now), total(before))]
    return (pair[0], pair[1]) if pair[0] is not None and pair[1] is not None else None


def flat(rng: random.Random) -> ComparedAmounts | None:
    now, before = sides(rng)
    both = values(now, before)
    return ComparedAmounts(*both, {("d",): (now, before)}) if both else None


def nested(rng: random.Random) -> ComparedAmounts | None:
    now, before = sides(rng, depth=2)
    both = values(now, before)
    if both is None:
        return None
    outside = outer(now), outer(before)
    return ComparedAmounts(*both, {("d",): outside, ("d", "e"): (now, before)})


def outer(amounts: Amounts) -> Amounts:
    """The outer members, each with the sum of its inner members."""
    sums: dict[tuple[str, ...], Amount] = {}
    for (name, _), inner in amounts.items():
        known = sums.get((name,), Amount(Fraction()))
        sums[(name,)] = Amount(known.numerator + inner.numerator)
    return sums


def ratio(rng: random.Random) -> ComparedAmounts | None:
    now, before = sides(rng, ratio=True)
    if any(not any(amount.denominator for amount in side.values()) for side in (now, before)):
        return None
    both = values(now, before)
    return ComparedAmounts(*both, {("d",): (now, before)}) if both else None


def target(rng: random.Random) -> ComparedAmounts | None:
    """A gap to a target: the amount due by now is split like the previous period; the remaining amount is separate."""
    now, before = sides(rng)
    both = values(now, before)
    if both is None or not both[1]:
        return None
    goal = Fraction(rng.randint(1, 900_000), 100)
    due = goal * Fraction(rng.randint(0, 365), 365)
    scaled = {member: amount.scaled(due / both[1]) for member, amount in before.items()}
    return ComparedAmounts(both[0], goal, {("d",): (now, scaled)}, remaining=goal - due)


def converted(rng: random.Random) -> ComparedAmounts | None:
    """A flow by product and currency; each amount has a rate near that of the period."""
    own = sides(rng, depth=2)
    return in_several_currencies(rng, own, frozenset({"value"}), (("d",), ("d", "e")))


def converted_ratio(rng: random.Random) -> ComparedAmounts | None:
    """A ratio whose numerator, or both sides, are money."""
    own = sides(rng, ratio=True, depth=2)
    if not all(own):
        return None
    both: frozenset[Side] = frozenset({"numerator", "denominator"})
    money = rng.choice((both, both - {"denominator"}))
    return in_several_currencies(rng, own, money, (("d",),))


def in_several_currencies(
    rng: random.Random, own: Sides, money: frozenset[Side], breakdowns: Sequence[tuple[str, ...]]
) -> ComparedAmounts | None:
    """A change of amounts by member and currency, with random rates: converted, and at mean rates."""
    rates = [drawn_rates(rng, side) for side in own]
    mean = mean_rates(*rates)
    paid = [{path: amount.scaled(near_one(rng)) for path, amount in side.items()} for side in own]
    members, at_mean_rates = {}, {}
    for breakdown in breakdowns:
        now, before = (
            valued(with_currency(side, breakdown), worth, money)
            for side, worth in zip(paid, rates, strict=True)
        )
        members[breakdown] = now, before
        now, before = (valued(with_currency(side, breakdown), mean, money) for side in own)
        at_mean_rates[breakdown] = now, before
    both = values(*members[breakdowns[0]])
    if both is None or values(*at_mean_rates[breakdowns[0]]) is None:
        return None
    return ComparedAmounts(*both, members, at_mean_rates=at_mean_rates)


def with_currency(side: Amounts, breakdown: tuple[str, ...]) -> Amounts:
    """The amounts by the dimensions of a breakdown. Paths end with the currency, even if it is not one of them."""
    return {(*path[: len(breakdown)], path[-1]): amount for path, amount in side.items()}


def near_one(rng: random.Random) -> Fraction:
    """The ratio of the rate of an amount's own day to that of the period."""
    return Fraction(rng.randint(90, 110), 100)


def drawn_rates(rng: random.Random, side: Amounts) -> Rates:
    """A rate for each currency that has an amount. Currency `a` is the reporting currency."""
    names = sorted({path[-1] for path in side})
    return {
        name: Fraction(rng.randint(1, 30_000), 10_000) if name != "a" else Fraction(1)
        for name in names
    }


FAMILIES: Sequence[Callable[[random.Random], ComparedAmounts | None]] = (
    flat,
    nested,
    ratio,
    target,
    converted,
    converted_ratio,
)


def faults(compared: ComparedAmounts, places: int) -> list[str]:
    """The violated identities of a decomposed change; empty when all hold."""
    parts = decompose(compared, places)
    change = parts[0].units
    wrong = []
    by_dimension: dict[str, list[Contribution]] = {}
    for part in parts[1:]:
        by_dimension.setdefault(part.dimension, []).append(part)
    for dimension, own in by_dimension.items():
        if sum(part.units for part in own) != change:
            wrong.append(f"{dimension} does not sum to {change}")
        for part in own:
            is_unchanged = part.value == part.previous_value and not compared.at_mean_rates
            if part.effect == "change" and is_unchanged and part.units:
                wrong.append(f"{part.member} is unchanged and got {part.units}")
    wrong += parents_that_miss(by_dimension)
    if not compared.remaining:
        swapped = decompose(with_periods_swapped(compared), places)
        forward, backward = (
            {(p.dimension, p.member, p.effect): p.units for p in split}
            for split in (parts, swapped)
        )
        if forward != {key: -units for key, units in backward.items()}:
            wrong.append("swapping the periods does not change every sign")
    return wrong


def parents_that_miss(by_dimension: dict[str, list[Contribution]]) -> list[str]:
    """The outer members that are not the sum of their inner members."""
    if "d > e" not in by_dimension:
        return []
    inside: dict[str, int] = {}
    for part in by_dimension["d > e"]:
        outer = part.member.split(" > ")[0]
        inside[outer] = inside.get(outer, 0) + part.units
    outside: dict[str, int] = {}
    for part in by_dimension["d"]:
        outside[part.member] = outside.get(part.member, 0) + part.units
    return [] if inside == outside else [f"{inside} is not {outside}"]


def with_periods_swapped(compared: ComparedAmounts) -> ComparedAmounts:
    """The same change with its two periods swapped."""
    members, at_mean_rates = (
        {breakdown: (before, now) for breakdown, (now, before) in both.items()}
        for both in (compared.members, compared.at_mean_rates)
    )
    return ComparedAmounts(
        compared.previous_value, compared.value, members, at_mean_rates=at_mean_rates
    )


def run(cases: int, seed: int) -> dict[str, int]:
    """Check `cases` cases; returns the number of each kind. Raises AssertionError at the first fault."""
    rng = random.Random(seed)
    counts = {family.__name__: 0 for family in FAMILIES}
    while sum(counts.values()) < cases:
        family = rng.choice(FAMILIES)
        compared = family(rng)
        if compared is None:
            continue
        wrong = faults(compared, rng.randint(0, 4))
        assert not wrong, (wrong, compared)
        counts[family.__name__] += 1
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=2026)
    asked = parser.parse_args()
    started = time.perf_counter()
    counts = run(asked.cases, asked.seed)
    seconds = time.perf_counter() - started
    kinds = ", ".join(f"{count:,} {name}" for name, count in counts.items())
    print(
        f"{sum(counts.values()):,} cases ({kinds}) added up exactly in {seconds:.0f} s, seed {asked.seed}"
    )


if __name__ == "__main__":
    main()
