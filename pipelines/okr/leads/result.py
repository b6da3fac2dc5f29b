"""The row that is published of a KPI that is said to move before another one."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pipelines.okr import columns
from pipelines.okr.columns import Share

LeadVerdict = Literal["helps", "no_evidence", "cannot_tell"]


@dataclass(frozen=True, slots=True)
class LeadResult:
    """A leading indicator, and whether it helps to foresee the KPI that follows it."""

    key_result_id: columns.KeyResultId
    kpi: Annotated[str, "The KPI that moves first: that of the key result, with its filter"]
    leads: Annotated[str, "The KPI that follows"]
    verdict: Annotated[
        LeadVerdict,
        "helps: with it the follower would have been foreseen better, and it enters the odds of goals on the "
        "follower; no_evidence: not, and it does not; cannot_tell: too little history, or none of both",
    ]
    by_days: Annotated[int | None, "How many days later the follower moves"] = None
    is_learned: Annotated[
        bool | None, "Whether by_days was learned from the history, as the file does not say it"
    ] = None
    brier: Annotated[
        Share | None, "Brier score of goals on the follower at past days, foreseen without it"
    ] = None
    brier_with: Annotated[Share | None, "The same, foreseen with it"] = None
    gain: Annotated[Share | None, "The share of the Brier score that it takes off"] = None
    by_chance: Annotated[
        Share | None, "How often the same series moved in time, which says nothing, does as well"
    ] = None
    past_days: Annotated[int | None, "At how many past days that was asked"] = None
    tested_through: Annotated[date | None, "The last day of the follower that was used"] = None
    slope: Annotated[
        Share | None,
        "What one unit of what it did lately adds to the median of the follower, in half-widths of its 90 % interval; "
        "half of what was learned",
    ] = None
    fingerprint: Annotated[str, "Of everything that the verdict was worked out from"] = ""
