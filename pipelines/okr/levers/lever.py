"""The rows of `key_result_levers`: what would bring a goal back, one driver a row."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pipelines.okr.columns import KeyResultId, LastAsOf, Number, ObjectiveId, Share

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

    as_of: LastAsOf
    objective_id: ObjectiveId
    key_result_id: KeyResultId
    window: Annotated[
        str,
        "The open window of per that is to be brought back; total for the key result as a whole",
    ]
    asked_member: Annotated[
        str, "The member of for_each that misses the goal; total for the key result as a whole"
    ]
    driver: Annotated[
        DriverKind,
        "rate (the KPI as a whole), member (one member of it alone), mix (what a ratio is taken over, moved from its "
        "worst member to its best), denominator (the same numerator over another one)",
    ]
    dimension: Annotated[str, "The dimension of the member that is changed; total for none"]
    member: Annotated[
        str, "The member that is changed, of a mix both (south > north); total for none"
    ]
    current_rate: Annotated[
        Number | None,
        "Where the driver stands, as it is forecast: of a flow, a stock or a denominator what a day brings, of a "
        "ratio its value from here on, of a distinct count its period's, of a mix the worst member's share",
    ]
    needed_rate: Annotated[
        Number | None,
        "Where it has to stand, rounded to the side of enough; where that is not possible, how far it can go, NULL "
        "where nothing is known of that",
    ]
    change: Annotated[
        Number | None,
        "needed_rate less current_rate before rounding; of a flow, a stock or a denominator all that has to come "
        "more (or less) until the deadline, in whole units for counts",
    ]
    change_pct: Annotated[
        Share | None,
        "The change over what the driver brings anyway: 0.5 is half as much again; NULL where it brings nothing",
    ]
    possible: Annotated[
        bool,
        "Whether this driver alone can bring the key result back: no share above 1, no reduction of more than all",
    ]
    probability: Annotated[
        Share | None,
        "The odds once the change is made, as key_result_scores publishes them; NULL where there are no odds",
    ]
    rank: Annotated[
        int, "1 is the driver that has to move least of its own; what is not possible comes last"
    ]
    unit: Annotated[str, "Unit of current_rate, needed_rate and change; empty for a denominator"]
    why: Annotated[str, "The change in words, or how far it can go"]
