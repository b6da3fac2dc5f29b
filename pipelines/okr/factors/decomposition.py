"""One change, split over the members of each dimension in units that add up to it.

The change that is split is the one that is published: the difference of both values as they stand in
`kpi_periods` (with six decimals), rounded to the KPI's precision.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from pipelines.okr.factors.amounts import Amounts, Breakdown, added_up, is_ratio
from pipelines.okr.factors.apportion import Path, apportioned_tree, units
from pipelines.okr.factors.currency import Rates, currency_effects
from pipelines.okr.factors.member_changes import amount_changes, member_changes, mix_and_rate
from pipelines.okr.factors.ranking import DimensionExplanation, explain, in_order, surprises
from pipelines.okr.kpi.facts import TOTAL

Effect = Literal["change", "mix", "rate", "remaining", "currency", "restatement"]
"""What of a member moved the KPI.

`change`: its own amount; `mix`, `rate`: its weight in a ratio, and its own ratio; `remaining`: the part
of a target that is not due yet; `currency`, `restatement`: exchange rates, and a past that was restated.
"""

Leaf = tuple[Path, Effect]
"""The finest part of a change: one effect of one member."""

VALUE_PLACES = 6
_ZERO = Decimal(0)
NESTED = " > "
WHOLE = "whole"
"""The one member of a KPI without parts, so that effects can be told apart there too."""


@dataclass(frozen=True, slots=True)
class ComparedAmounts:
    """Both sides of a comparison: the whole, and the members by each breakdown.

    `remaining` is what the earlier side holds beyond its members: the part of a target that is still to
    come. The values are those of the whole, in the KPI's unit. Of a KPI that converts, `at_mean_rates` has
    the same members at the mean of both sides' exchange rates, and `rates` what those were on each side.
    Where the earlier side is an original version, `known_today` has its members as they are known today.
    """

    value: Fraction
    previous_value: Fraction
    members: Mapping[Breakdown, tuple[Amounts, Amounts]]
    remaining: Fraction = Fraction()
    at_mean_rates: Mapping[Breakdown, tuple[Amounts, Amounts]] = field(default_factory=dict)
    rates: tuple[Rates, Rates] = field(default_factory=lambda: ({}, {}))
    known_today: Mapping[Breakdown, Amounts] = field(default_factory=dict)

    def change(self, places: int) -> int:
        """The published change, in units of 10^-places."""
        step = units(self.value, VALUE_PLACES) - units(self.previous_value, VALUE_PLACES)
        return units(Fraction(step, 10**VALUE_PLACES), places)


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one effect of one member brought, in units of the KPI's precision; values as fractions."""

    dimension: str
    member: str
    effect: Effect
    units: int
    value: Fraction | None
    previous_value: Fraction | None
    rank: int
    dimension_rank: int
    surprise: Decimal | None


def decompose(compared: ComparedAmounts, places: int) -> list[Contribution]:
    """The change as a whole first, then each dimension in the order in which to show them."""
    change = compared.change(places)
    whole = Contribution(
        TOTAL, TOTAL, "change", change, compared.value, compared.previous_value, 1, 0, None
    )
    by_name = {split.dimension: split for split in _splits(compared, change, places)}
    shown = in_order({name: split.explanation(change) for name, split in by_name.items()})
    return [
        whole,
        *(part for place, name in enumerate(shown) for part in by_name[name].parts(place + 1)),
    ]


def _splits(compared: ComparedAmounts, change: int, places: int) -> Iterator["_DimensionSplit"]:
    """One for each dimension; of nested dimensions for each depth but the first, which is a dimension by itself."""
    for breakdown, (now, before) in compared.members.items():
        known = compared.known_today.get(breakdown)
        exact = _exact(
            now, before if known is None else known, compared.at_mean_rates.get(breakdown)
        )
        if known is not None:
            restated = member_changes(known, before)
            exact |= {(member, "restatement"): part for member, part in restated.items() if part}
        if compared.remaining:
            exact[(TOTAL,), "remaining"] = -compared.remaining
        leaves = _apportioned(exact, change, places)
        for depth in range(min(2, len(breakdown)), len(breakdown) + 1):
            yield _split(breakdown[:depth], now, before, leaves)


def _exact(
    now: Amounts, before: Amounts, at_mean_rates: tuple[Amounts, Amounts] | None
) -> dict[Leaf, Fraction]:
    """The part of each effect of each member, in fractions that sum to the change."""
    own_now, own_before = at_mean_rates or (now, before)
    exact: dict[Leaf, Fraction] = {}
    if is_ratio(now) or is_ratio(before):
        for member, effects in mix_and_rate(own_now, own_before).items():
            exact[member, "mix"] = effects.mix
            exact[member, "rate"] = effects.rate
    else:
        for member, own in amount_changes(own_now, own_before).items():
            exact[member, "change"] = own
    if at_mean_rates:
        for member, effect in currency_effects(now, before, own_now, own_before).items():
            # a member in the reporting currency has none
            if effect:
                exact[member, "currency"] = effect
    return exact


def _apportioned(exact: Mapping[Leaf, Fraction], change: int, places: int) -> dict[Leaf, int]:
    """Units by member and effect, from the top down."""
    scale = 10**places
    shared = apportioned_tree(
        {(*member, effect): part * scale for (member, effect), part in exact.items()}, change
    )
    return {(member, effect): shared[*member, effect] for member, effect in exact}


@dataclass(frozen=True, slots=True)
class _DimensionSplit:
    """The members of one dimension, or of one inside another."""

    dimension: str
    now: Amounts
    before: Amounts
    units: Mapping[Leaf, int]
    surprise: Mapping[Path, Decimal]

    def explanation(self, change: int) -> DimensionExplanation:
        parts: dict[Path, int] = defaultdict(int)
        for (member, effect), share in self.units.items():
            if effect != "remaining":
                parts[member] += share
        return explain(parts, self.surprise, change)

    def parts(self, dimension_rank: int) -> list[Contribution]:
        """The largest first, whichever way it goes; equal ones by name."""
        ranked = sorted(self.units, key=lambda key: (-abs(self.units[key]), key))
        return [
            Contribution(
                self.dimension,
                NESTED.join(member) or WHOLE,
                effect,
                self.units[member, effect],
                None if effect == "remaining" else _value(self.now, member),
                None if effect == "remaining" else _value(self.before, member),
                place + 1,
                dimension_rank,
                None if effect == "remaining" else self.surprise[member],
            )
            for place, (member, effect) in enumerate(ranked)
        ]


def _split(
    breakdown: Breakdown, now: Amounts, before: Amounts, leaves: Mapping[Leaf, int]
) -> _DimensionSplit:
    """The leaves summed up to the depth of `breakdown`."""
    depth = len(breakdown)
    whole: dict[Leaf, int] = defaultdict(int)
    for (member, effect), share in leaves.items():
        whole[member[:depth], effect] += share
    now, before = _summed(now, depth), _summed(before, depth)
    # a member that is on neither side, only in what is known today, has not moved between them
    surprise = dict.fromkeys((member for member, _ in whole), _ZERO) | surprises(now, before)
    return _DimensionSplit(NESTED.join(breakdown) or WHOLE, now, before, whole, surprise)


def _summed(amounts: Amounts, depth: int) -> Amounts:
    if all(len(member) == depth for member in amounts):
        return amounts
    return added_up((member[:depth], amount) for member, amount in amounts.items())


def _value(amounts: Amounts, member: Path) -> Fraction | None:
    return amounts[member].value if member in amounts else None
