"""The days that a worked example gives of a KPI, as facts to score against."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from pipelines.okr.kpi.facts import TOTAL, DayFact, DistinctFact, KpiFacts
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.periods import CADENCES, containing, parse_period
from pipelines.okr.kpi.roster import Stay

_DAY = timedelta(days=1)


def facts_of(kpi: Kpi, given: Any) -> KpiFacts:
    """The facts behind what an example gives of one KPI."""
    if given == "nothing":
        return KpiFacts(kpi)
    given = dict(given)
    through = given.pop("through", None)
    flags = {
        day: frozenset({flag})
        for span, flag in given.pop("flags", {}).items()
        for day in _span(span)
    }
    standing = frozenset(given.pop("standing", ()))
    rosters = {
        name.removeprefix("roster "): list(_stays(given.pop(name)))
        for name in [*given]
        if name.startswith("roster ")
    }
    rows: list[DayFact] = []
    counts: list[DistinctFact] = []
    delivered: set[date] = set()
    for members, name, amount in _amounts(given, {}):
        if name.split()[0] in CADENCES:
            counts.append(_count(members, name, amount))
            continue
        for day, of_day in _daily(name, amount):
            if of_day != "missing":
                delivered.add(day)
            if of_day not in ("missing", "empty"):
                rows.append(_row(day, members, of_day))
    known = [*delivered, *(fact.data_through for fact in counts)]
    last = date.fromisoformat(through) if through else max(known)
    if delivered:
        delivered.update(_days(max(delivered), last))
    return KpiFacts(kpi, rows, delivered, last, counts, flags, standing, rosters)


def _stays(roster: Mapping[str, str | list[str]]) -> Iterator[Stay]:
    """`2026-11-01..2026-11-30`, either end of which may be open; a list of them for who came back."""
    for member, spans in roster.items():
        for span in [spans] if isinstance(spans, str) else spans:
            first, last = (date.fromisoformat(day) if day else None for day in span.split(".."))
            yield Stay(member, first, last)


def _amounts(
    given: Mapping[str, Any], members: Mapping[str, str]
) -> Iterator[tuple[Mapping[str, str], str, Any]]:
    for name, amount in given.items():
        if isinstance(amount, dict):
            named = dict(pair.strip().split(" ", 1) for pair in name.split(","))
            yield from _amounts(amount, {**members, **named})
        else:
            yield members, name, amount


def _daily(name: str, amount: str | Sequence[str]) -> Iterator[tuple[date, str]]:
    days = _span(name)
    if isinstance(amount, str):
        yield from ((day, amount) for day in days)
    else:
        yield from ((days[0] + _DAY * n, of_day) for n, of_day in enumerate(amount))


def _row(day: date, members: Mapping[str, str], amount: str) -> DayFact:
    numerator, _, denominator = amount.partition("/")
    if denominator:
        return DayFact(day, members, None, Decimal(numerator), Decimal(denominator))
    return DayFact(day, members, Decimal(amount))


def _count(members: Mapping[str, str], name: str, amount: str) -> DistinctFact:
    """`month 2026-11`, or `month 2026-11 through 2026-11-15` while it is open."""
    cadence, label, *rest = name.split()
    period = parse_period(label)
    through = date.fromisoformat(rest[1]) if rest else period.end
    (pair,) = members.items() or [(TOTAL, TOTAL)]
    assert containing(period.start, period.cadence or "day").cadence == cadence
    return DistinctFact(period.cadence or "day", period.start, *pair, Decimal(amount), through)


def _span(text: str) -> list[date]:
    first, _, last = text.partition("..")
    return _days(date.fromisoformat(first), date.fromisoformat(last or first))


def _days(first: date, last: date) -> list[date]:
    return [first + _DAY * n for n in range((last - first).days + 1)]
