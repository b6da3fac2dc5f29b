"""The rows of `key_result_levers`: what would bring a goal back, one driver a row."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

DriverKind = Literal["rate", "member", "mix", "denominator"]


@dataclass(frozen=True, slots=True)
class Lever:
    """The smallest change of one driver that brings a goal back, or how far it alone can go.

    `window` and `asked_member` name the part of the key result that is to be brought back, as in its
    scores; `dimension` and `member` the part of the KPI that is changed, `total` for all of it. The rates
    are in `unit`: of a flow or a stock what a day brings, of a ratio its value, of a distinct count what
    its period brings, of a mix a share. `change` is in the same unit, of a flow or a stock over all of the days
    to come. Where it is not `possible` all of them say how far it can go, None where nothing is known.
    """

    as_of: date
    objective_id: str
    key_result_id: str
    window: str
    asked_member: str
    driver: DriverKind
    dimension: str
    member: str
    current_rate: Decimal | None
    needed_rate: Decimal | None
    change: Decimal | None
    change_pct: Decimal | None
    possible: bool
    probability: Decimal | None
    rank: int
    unit: str
    why: str
