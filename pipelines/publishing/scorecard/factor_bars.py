"""What moved a figure, as bars left and right of nothing; what is not shown is summed, so that nothing is lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipelines.publishing.scorecard.axes import Scale
from pipelines.publishing.scorecard.language import Language
from pipelines.publishing.scorecard.reading import Row, Rows

SHOWN = 5
WIDTH = 120
_PLAIN = ("change", "remaining")


@dataclass(frozen=True)
class Part:
    """One part of a change; `x` and `width` place its bar on a drawing WIDTH wide."""

    name: str
    amount: str
    x: float
    width: float
    rises: bool


@dataclass(frozen=True)
class FactorBars:
    """A change in words and in parts that sum to it; `middle` is the place of nothing."""

    change: str
    dimension: str
    parts: Sequence[Part]
    trust: str
    middle: float
    width: int = WIDTH


def factor_bars(rows: Rows, places: int, language: Language, change: str) -> FactorBars | None:
    """The bars of one change: its own row and those of the dimension that tells most. None without rows."""
    whole = next((row for row in rows if row["dimension"] == "total"), None)
    if whole is None:
        return None
    members = sorted(
        (row for row in rows if row["dimension"] != "total" and row["contribution"]),
        key=lambda row: row["rank"],
    )
    shown, rest = members[:SHOWN], members[SHOWN:]
    named = [(_name(row, language), row["contribution"]) for row in shown]
    if rest:
        others = sum((row["contribution"] for row in rest), Decimal(0))
        named.append((language.text("factors.others", len(rest)), others))
    unit = whole["unit"]
    low = min([Decimal(0), *(amount for _, amount in named)])
    high = max([Decimal(0), *(amount for _, amount in named)])
    scale = Scale(float(low), float(high), 1, WIDTH - 1)
    zero = scale.at(0) if named else 0.0
    parts = [
        Part(
            name,
            language.amount(amount, unit, places, signed=True),
            min(scale.at(amount), zero),
            round(max(abs(scale.at(amount) - zero), 1), 1),
            amount >= 0,
        )
        for name, amount in named
    ]
    dimension = members[0]["dimension"] if members else ""
    return FactorBars(change, dimension.replace("_", " "), parts, whole["trust"], zero)


def _name(row: Row, language: Language) -> str:
    member, effect = row["member"], row["effect"]
    if effect == "remaining":
        return language.text("factors.remaining")
    shown = language.text("factors.unknown") if member == "unknown" else str(member)
    return shown if effect in _PLAIN else f"{shown}: {language.text(f'factors.{effect}')}"
