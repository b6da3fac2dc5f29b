"""Levers of one key result, and days that go by members."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal

import pytest

from pipelines.okr.kpi.facts import DayFact, KpiFacts
from pipelines.okr.kpi.series import index_facts
from pipelines.okr.kpi.status import Policy
from pipelines.okr.levers.lever import Lever
from pipelines.okr.levers.search import find_levers
from pipelines.okr.scoring.evidence import Evidence
from pipelines.okr.scoring.scoring import score

DAY = timedelta(days=1)


@pytest.fixture
def levers(define) -> Callable[..., tuple[Lever, ...]]:
    """The levers of the only key result: its lines come without `- id:`."""

    def levers_of(
        lines: str, facts: KpiFacts, as_of: date, *, policy: Policy | None = None, **frame: object
    ) -> tuple[Lever, ...]:
        body = "\n".join("  " + line.strip() for line in lines.strip().splitlines())
        objectives = define(f"- id: it\n{body}", **frame)
        known = {facts.kpi.name: facts}
        card = score(objectives, Evidence(index_facts(known), as_of, policy or Policy()))
        return find_levers(card, policy)

    return levers_of


@pytest.fixture
def by_member(kpis) -> Callable[..., KpiFacts]:
    """`by_member("deals", "rep", start, days, kim=6)`: so much of each member on each of the days.

    An amount of two is a numerator and a denominator; a function gives the amount of the n-th day.
    """

    def facts(name: str, dimension: str, start: date, days: int, **amounts: object) -> KpiFacts:
        rows = []
        for member, amount in amounts.items():
            for n in range(days):
                of_day = amount(n) if callable(amount) else amount
                rows.append(_row(start + DAY * n, {dimension: member}, of_day))
        delivered = frozenset(start + DAY * n for n in range(days))
        return KpiFacts(kpis[name], rows, delivered, max(delivered))

    return facts


def _row(day: date, members: Mapping[str, str], amount: object) -> DayFact:
    if isinstance(amount, tuple):
        top, bottom = (Decimal(side) for side in amount)
        return DayFact(day, members, None, top, bottom)
    return DayFact(day, members, Decimal(str(amount)))
