"""What moved a figure, as bars left and right of zero; members without a bar of their own are summed in one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pipelines.publishing.language.figures import NO_VALUE
from pipelines.publishing.language.language import Amounts, Language
from pipelines.publishing.published import Row, Rows
from pipelines.publishing.scorecard.axes import Scale

MAX_BARS = 5
MIN_DAYS = 7
"""How many days of an open period say enough to be compared."""
_ORDER = (("last_year", "goal_last_year"), ("previous", "goal_previous"))
WIDTH = 120


@dataclass(frozen=True)
class FactorBar:
    """One part of a change; `x` and `width` place its bar on a drawing WIDTH wide."""

    name: str
    amount: str
    x: float
    width: float
    rises: bool


@dataclass(frozen=True)
class FactorBars:
    """A change in words and in parts that sum to it; `middle` is the place of zero."""

    change: str
    dimension: str
    parts: Sequence[FactorBar]
    trust: str
    middle: float
    width: int = WIDTH


def gap_to_target(rows: Rows, target: Decimal | None, amounts: Amounts) -> FactorBars | None:
    """What the latest distance to the target is made of. None without rows."""
    latest = _latest(rows)
    if not latest:
        return None
    words = amounts.language.text(
        "factors.gap",
        change=amounts.change(latest[0]["contribution"]),
        target=amounts.text(target),
    )
    return _bars(latest, amounts, words)


def changes(rows: Rows, cadence: str, amounts: Amounts) -> list[FactorBars]:
    """What moved a KPI in the latest period of a cadence: against the year before, then against the period before."""
    found = (
        _latest_change(
            [row for row in rows if row["period"] == cadence and row["compared_with"] in against],
            amounts,
        )
        for against in _ORDER
    )
    return [change for change in found if change is not None]


def _latest_change(rows: Rows, amounts: Amounts) -> FactorBars | None:
    """`−$47,526.83 in Nov 1 – Nov 24, 2026, against …`: of the latest period of which enough days are known."""
    latest = _latest([row for row in rows if _days(row) >= MIN_DAYS])
    if not latest:
        return None
    whole, language = latest[0], amounts.language
    before = whole["compared_from"], whole["compared_to"]
    words = language.text(
        "factors.change",
        change=amounts.change(whole["contribution"]),
        span=language.span(whole["period_start"], min(whole["data_through"], whole["period_end"])),
        before=NO_VALUE if None in before else language.span(*before),
    )
    return _bars(latest, amounts, words)


def _days(row: Row) -> int:
    start: date = row["period_start"]
    end: date = min(row["data_through"], row["period_end"])
    return (end - start).days + 1


def _latest(rows: Rows) -> Rows:
    """The rows of the newest period, that of the total first."""
    newest = max((row["period_start"] for row in rows), default=None)
    own = [row for row in rows if row["period_start"] == newest]
    return sorted(own, key=lambda row: row["dimension"] != "total")


def _bars(rows: Rows, amounts: Amounts, change: str) -> FactorBars | None:
    """The bars of one change: those of the dimension that explains most. None without a row of the total."""
    whole = next((row for row in rows if row["dimension"] == "total"), None)
    if whole is None:
        return None
    members = sorted(
        (row for row in rows if row["dimension"] != "total" and row["contribution"]),
        key=lambda row: row["rank"],
    )
    language = amounts.language
    shown, rest = members[:MAX_BARS], members[MAX_BARS:]
    named = [(_name(row, language), row["contribution"]) for row in shown]
    if rest:
        others = sum((row["contribution"] for row in rest), Decimal(0))
        named.append((language.text("factors.others", len(rest)), others))
    low = min([Decimal(0), *(amount for _, amount in named)])
    high = max([Decimal(0), *(amount for _, amount in named)])
    scale = Scale(float(low), float(high), 1, WIDTH - 1)
    zero = scale.at(0) if named else 0.0
    parts = [
        FactorBar(
            name,
            amounts.change(amount),
            min(scale.at(amount), zero),
            round(max(abs(scale.at(amount) - zero), 1), 1),
            amount >= 0,
        )
        for name, amount in named
    ]
    dimension = members[0]["dimension"] if members else ""
    return FactorBars(change, amounts.language.dimension(dimension), parts, whole["trust"], zero)


def _name(row: Row, language: Language) -> str:
    member, effect = row["member"], row["effect"]
    if effect == "remaining":
        return language.text("factors.remaining")
    shown = language.text("factors.unknown") if member == "unknown" else str(member)
    return shown if effect == "change" else f"{shown}: {language.text(f'factors.{effect}')}"
