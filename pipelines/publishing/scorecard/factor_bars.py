"""What moved a figure, as bars left and right of zero; members without a bar of their own are summed in one."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipelines.publishing.factor_rows import latest, latest_changes, members_of
from pipelines.publishing.language.factors import Named, change, parts_of
from pipelines.publishing.language.language import Amounts
from pipelines.publishing.published import Rows
from pipelines.publishing.scorecard.axes import Scale

MAX_BARS = 5
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
    """A change in words and in parts that sum to it; `middle` is the place of zero.

    The parts `are_withheld` where there are some, but none that may be named.
    """

    change: str
    dimension: str
    parts: Sequence[FactorBar]
    trust: str
    middle: float
    are_withheld: bool = False
    width: int = WIDTH


def gap_to_target(rows: Rows, target: Decimal | None, amounts: Amounts) -> FactorBars | None:
    """What the latest distance to the target is made of. None without rows."""
    newest = latest(rows)
    return _bars(newest, amounts, change(newest[0], amounts, target)) if newest else None


def changes(rows: Rows, cadence: str, amounts: Amounts, named: Named = None) -> list[FactorBars]:
    """What moved a KPI in the latest period of a cadence: against the year before, then against the period before.

    Members that are not `named` are summed; without one that is, a change has no parts.
    """
    worded = (
        _bars(change_rows, amounts, change(change_rows[0], amounts), named)
        for change_rows in latest_changes(rows, cadence)
    )
    return [bars for bars in worded if bars is not None]


def _bars(rows: Rows, amounts: Amounts, words: str, named: Named = None) -> FactorBars | None:
    """The bars of one change: those of the dimension that explains most. None without a row of the total."""
    whole = next((row for row in rows if row["dimension"] == "total"), None)
    if whole is None:
        return None
    members = members_of(rows)
    language = amounts.language
    shown = parts_of(members, language, MAX_BARS, named)
    low = min([Decimal(0), *(amount for _, amount in shown)])
    high = max([Decimal(0), *(amount for _, amount in shown)])
    scale = Scale(float(low), float(high), 1, WIDTH - 1)
    zero = scale.at(0) if shown else 0.0
    parts = [
        FactorBar(
            name,
            amounts.change(amount),
            min(scale.at(amount), zero),
            round(max(abs(scale.at(amount) - zero), 1), 1),
            amount >= 0,
        )
        for name, amount in shown
    ]
    dimension = members[0]["dimension"] if shown else ""
    return FactorBars(
        words,
        language.dimension(dimension),
        parts,
        whole["trust"],
        zero,
        are_withheld=bool(members) and not shown,
    )
