"""What a series says of its days is what adding up the facts one by one says, on random facts."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from pipelines.okr.kpi.facts import DayFact, KpiFacts
from pipelines.okr.kpi.filters import MemberSet, Where, takes
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.series import UNKNOWN, KpiIndex

FLOW = Kpi("sales", "flow", "pieces", dimensions=("color", "shop"))
RATIO = Kpi("rate", "ratio", "percent", dimensions=("color", "shop"))
FIRST = date(2026, 1, 1)
DAYS = [FIRST + timedelta(days=n) for n in range(30)]
FILTERS: Sequence[Where] = (
    {},
    {"color": "red"},
    {"color": UNKNOWN},
    {"color": "red", "shop": "north"},
    {"color": MemberSet(("blue", "red"))},
    {"color": MemberSet(("red",), excluded=True)},
    {"color": MemberSet(("red",), excluded=True), "shop": "north"},
    {"color": "nobody"},
)


def facts(random: Random) -> list[DayFact]:
    def amount() -> Decimal | None:
        places = random.choice((0, 2, 6))
        size = random.choice((10, 10**6, 10**20))
        return (
            None if random.random() < 0.1 else Decimal(random.randint(-size, size)).scaleb(-places)
        )

    return [
        DayFact(
            random.choice(DAYS),
            {
                name: member
                for name, member in (
                    ("color", random.choice(("red", "green", "blue"))),
                    ("shop", random.choice(("north", "south"))),
                )
                if random.random() < 0.8
            },
            amount(),
            amount(),
            amount(),
        )
        for _ in range(random.choice((0, 1, 5, 80)))
    ]


def is_taken(fact: DayFact, where: Where) -> bool:
    return all(
        fact.dimensions.get(name) == asked
        if isinstance(asked, str)
        else takes(asked, fact.dimensions.get(name, UNKNOWN))
        for name, asked in where.items()
    )


@pytest.mark.parametrize("seed", range(60))
def test_each_sum_is_that_of_the_facts_added_one_by_one(seed: int) -> None:
    random = Random(seed)
    days, kpi = facts(random), random.choice((FLOW, RATIO))
    index = KpiIndex(KpiFacts(kpi, days))
    columns = kpi.behaviour.columns
    for where in FILTERS:
        for dimensions in ((), ("color",), ("color", "shop")):
            of_member: dict[tuple[str, ...], list[DayFact]] = {}
            for fact in days:
                if is_taken(fact, where) and any(getattr(fact, x) is not None for x in columns):
                    member = tuple(fact.dimensions.get(name, UNKNOWN) for name in dimensions)
                    of_member.setdefault(member, []).append(fact)
            groups = index.by_member(dimensions, where)
            assert list(groups) == sorted(groups)
            assert {name for name in groups if groups[name].has_data(DAYS[0], DAYS[-1])} == set(
                of_member
            )
            for member, own in of_member.items():
                start, end = sorted(random.choices(DAYS, k=2))
                inside = [fact for fact in own if start <= fact.day <= end]
                series = groups[member]
                assert series.has_data(start, end) == bool(inside)
                sums = tuple(sum(exact(fact, x) for fact in inside) for x in columns)
                assert series.sums(start, end) == sums
                assert tuple(series.fractions(start, end)) == sums
                if inside:
                    last = max(fact.day for fact in inside)
                    of_last = sum(exact(fact, columns[0]) for fact in inside if fact.day == last)
                    assert series.last(start, end) == (last, of_last)
                numbers, floats = series.amounts(start, end)
                assert [date.fromordinal(n) for n in numbers.tolist()] == sorted(
                    {x.day for x in inside}
                )
                for column, amounts in zip(columns, floats, strict=True):
                    by_day: dict[date, Decimal] = {}
                    for fact in inside:
                        by_day[fact.day] = by_day.get(fact.day, Decimal(0)) + exact(fact, column)
                    assert amounts.tolist() == [float(by_day[day]) for day in sorted(by_day)]


def exact(fact: DayFact, column: str) -> Decimal:
    amount: Decimal | None = getattr(fact, column)
    return amount or Decimal(0)


def test_a_total_that_has_fallen_again_had_reached_its_target() -> None:
    amounts = (Decimal(3), Decimal("2.5"), Decimal(-4))
    days = [DayFact(day, {}, amount) for day, amount in zip(DAYS, amounts, strict=False)]
    series = KpiIndex(KpiFacts(FLOW, days)).series({})
    assert series.first_reached(DAYS[0], DAYS[2], Decimal("5.5")) == DAYS[1]
    assert series.first_reached(DAYS[0], DAYS[2], Decimal("5.51")) is None
