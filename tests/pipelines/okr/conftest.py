"""A small past to score against, so that each test states only what it is about."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal

import pytest

from pipelines.okr.definition.definitions import Objective
from pipelines.okr.definition.loading import load
from pipelines.okr.kpi.facts import DayFact, KpiFacts
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.periods import CALENDAR_YEAR, FiscalYear
from pipelines.okr.kpi.series import index_facts
from pipelines.okr.kpi.status import Policy
from pipelines.okr.scoring.evidence import Evidence
from pipelines.okr.scoring.scorecard import KeyResultScore, Scorecard
from pipelines.okr.scoring.scoring import score

DAY = timedelta(days=1)

KPIS = {
    kpi.name: kpi
    for kpi in (
        Kpi("revenue", "flow", "USD", precision=2, dimensions=("currency",)),
        Kpi("deals", "flow", "deals", dimensions=("rep",)),
        Kpi("spend", "flow", "USD", direction="down", precision=2),
        Kpi("likes", "stock", "likes", dimensions=("page",)),
        Kpi("churn", "ratio", "percent", direction="down", precision=4),
        Kpi("csat", "ratio", "percent", precision=4, dimensions=("region",)),
        Kpi(
            "deals_per_rep", "ratio", "deals", precision=2, dimensions=("rep",), denominator="level"
        ),
        Kpi("roas", "ratio", "times", precision=2),
        Kpi("visitors", "distinct", "visitors", dimensions=("country",)),
        Kpi("property_visitors", "distinct", "visitors", dimensions=("country",)).of_accounts(),
        Kpi("plan_revenue", "flow", "USD", precision=2, every="month", is_plan=True),
        Kpi("plan_level", "stock", "USD", precision=2, every="month", is_plan=True),
        Kpi("plan_share", "stock", "percent", precision=4, every="month", is_plan=True),
        Kpi("account_deals", "flow", "deals", dimensions=("rep",)).of_accounts(),
    )
}


class Past:
    """Facts by hand: amounts are texts, so that no number is ever a float."""

    def span(self, start: date, end: date) -> frozenset[date]:
        return frozenset(start + DAY * n for n in range((end - start).days + 1))

    def daily(
        self,
        name: str,
        start: date,
        amounts: Iterable[object],
        *,
        through: date | None = None,
        **members: str,
    ) -> KpiFacts:
        """One amount a day from `start`; None is a day that was not delivered."""
        listed = list(amounts)
        rows = [
            DayFact(start + DAY * n, members, Decimal(str(amount)))
            for n, amount in enumerate(listed)
            if amount is not None
        ]
        last = start + DAY * (len(listed) - 1)
        delivered = {row.day for row in rows} | (
            self.span(last + DAY, through) if through else set()
        )
        return KpiFacts(KPIS[name], rows, frozenset(delivered), through or last)

    def on(
        self,
        name: str,
        amounts: Mapping[date, object],
        *,
        delivered: tuple[date, date],
        through: date | None = None,
    ) -> KpiFacts:
        """Amounts on some days, among many that were delivered empty."""
        rows = [DayFact(day, {}, Decimal(str(amount))) for day, amount in amounts.items()]
        return KpiFacts(KPIS[name], rows, self.span(*delivered), through or delivered[1])

    def ratio(self, name: str, sides: Mapping[date, tuple[object, object]]) -> KpiFacts:
        rows = [
            DayFact(day, {}, None, Decimal(str(top)), Decimal(str(bottom)))
            for day, (top, bottom) in sides.items()
        ]
        return KpiFacts(KPIS[name], rows, frozenset(sides), max(sides))


@pytest.fixture
def past() -> Past:
    return Past()


@pytest.fixture
def kpis() -> dict[str, Kpi]:
    return dict(KPIS)


Define = Callable[..., tuple[Objective, ...]]
Play = Callable[..., Scorecard]


@pytest.fixture
def define() -> Define:
    """One objective by the lines of YAML of its key results."""

    def defined(
        key_results: str,
        *,
        period: str = "2026-11",
        head: str = "",
        fiscal_year: FiscalYear = CALENDAR_YEAR,
    ) -> tuple[Objective, ...]:
        body = "\n".join("  " + line for line in key_results.strip("\n").splitlines())
        text = f"objective: Grow\nid: grow\nperiod: {period}\n{head}\nkey_results:\n{body}\n"
        loaded = load({"grow.yml": text}, KPIS, fiscal_year)
        assert not loaded.faults, [str(fault) for fault in loaded.faults]
        return loaded.objectives

    return defined


@pytest.fixture
def play(define: Define) -> Play:
    """Score one objective: `play(key_results, facts, as_of, period=…)`, by lines of YAML."""

    def scored(
        key_results: str,
        facts: KpiFacts | Iterable[KpiFacts],
        as_of: date,
        *,
        policy: Policy | None = None,
        **frame: object,
    ) -> Scorecard:
        known = [facts] if isinstance(facts, KpiFacts) else facts
        objectives = define(key_results, **frame)
        return score(
            objectives,
            Evidence(
                index_facts({facts.kpi.name: facts for facts in known}), as_of, policy or Policy()
            ),
        )

    return scored


@pytest.fixture
def headline(play: Play) -> Callable[..., KeyResultScore]:
    """The headline row of the only key result: its lines come without `- id:`."""

    def first(lines: str, facts: KpiFacts, as_of: date, **options: object) -> KeyResultScore:
        body = "\n".join("  " + line.strip() for line in lines.strip().splitlines())
        return play(f"- id: it\n{body}", facts, as_of, **options).key_results[0]

    return first
