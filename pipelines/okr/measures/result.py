"""The row that is published of a measure: what came of it."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pipelines.okr import columns
from pipelines.okr.columns import Number, Share

Verdict = Literal["supported", "not_distinguishable", "cannot_tell"]
Reason = Literal[
    "not_started",
    "too_early",
    "too_short",
    "little_history",
    "two_at_once",
    "missing_data",
    "no_data",
]


@dataclass(frozen=True, slots=True)
class MeasureResult:
    """A measure, and what came in the days that are judged less what was foreseen on the day before it started.

    The effect and its ends are in the KPI's unit, over the judged days: of a total what they brought together, of a
    level where it stood on the last of them, of a ratio its value over them.
    """

    objective_id: columns.ObjectiveId
    measure: Annotated[str, "What is done, in words"]
    kpi: Annotated[str, "The KPI that it is to move"]
    where: Annotated[str | None, "The members that it touches, in words; NULL for all"]
    start: Annotated[date, "Its first day"]
    ends: Annotated[date | None, "Its last day; NULL where it goes on"]
    owner: columns.Owner
    verdict: Annotated[
        Verdict,
        "supported: the interval of its effect leaves out 0; not_distinguishable: it does not; cannot_tell: reason "
        "says why",
    ]
    reason: Annotated[
        Reason | None,
        "Of cannot_tell: not_started, too_early, too_short, little_history, two_at_once, missing_data or no_data",
    ] = None
    better: Annotated[
        bool | None,
        "Of supported: whether the effect goes the way that is good for the KPI; NULL of any other verdict",
    ] = None
    first_day: Annotated[date | None, "First day that is judged: after its lag and its ramp"] = None
    last_day: Annotated[date | None, "Last day that is judged"] = None
    actual: Annotated[Number | None, "What the judged days came to, in the KPI's unit"] = None
    without: Annotated[
        Number | None, "What half of the futures of the day before it started stay below, in unit"
    ] = None
    effect: Annotated[Number | None, "actual less without, in unit"] = None
    effect_low: Annotated[Number | None, "Lower end of the 90 % interval of the effect"] = None
    effect_high: Annotated[Number | None, "Upper end of the 90 % interval of the effect"] = None
    effect_share: Annotated[
        Share | None, "The effect as a share of without; NULL where that is 0"
    ] = None
    effect_share_low: Annotated[Share | None, "The lower end as such a share"] = None
    effect_share_high: Annotated[Share | None, "The upper end as such a share"] = None
    placebo_dates: Annotated[
        int | None, "How many earlier dates, on which nothing began, were asked the same"
    ] = None
    widened: Annotated[
        Share | None,
        "How many times as wide as the futures the interval is, for the errors at the placebo dates; at least 1",
    ] = None
    controls: Annotated[
        str | None,
        "The members it does not touch that it was held against, in words; NULL for none",
    ] = None
    next_look: Annotated[
        date | None, "The day on whose data it is judged again; NULL where the verdict is final"
    ] = None
    expected: Annotated[
        Share | None,
        "The share that it is expected to add to what comes without it, as the file says",
    ] = None
    unit: Annotated[str | None, "Unit of actual, without and the effect"] = None
    fingerprint: Annotated[str, "Of everything that the verdict was worked out from"] = ""
