"""The row that is published of what is possible: a target with its odds."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pipelines.okr import columns
from pipelines.okr.columns import Number, Share
from pipelines.okr.definition.goals import Comparison


@dataclass(frozen=True, slots=True)
class PossibleTarget:
    """A target of a KPI as a whole for a period, with the odds of meeting it, and what it stands beside."""

    kpi: Annotated[str, "The KPI, as a whole"]
    period: Annotated[str, "quarter"]
    period_start: columns.FirstDayOfPeriod
    period_end: columns.LastDayOfPeriod
    comparison: Annotated[
        Comparison, "What the target asks for: at_least or at_most, as the KPI gets better"
    ]
    odds: Annotated[Share, "The odds that were asked for: 0.9, 0.7, 0.5, 0.3 or 0.1"]
    target: Annotated[
        Number | None,
        "The hardest target with at least these odds, in unit; NULL where none but 0 has them",
    ]
    probability: Annotated[Share | None, "The odds of that very target"]
    year_before: Annotated[
        Number | None,
        "What the same period came to a year before, in unit; NULL where its days are not all known",
    ]
    best: Annotated[Number | None, "The best of all such periods that are over and known, in unit"]
    best_start: Annotated[date | None, "First day of that best period"]
    present_rate: Annotated[
        Number | None,
        "What the period comes to at the rate of the 91 days through data_through, in unit; of a level or a ratio "
        "their value",
    ]
    unit: Annotated[str, "Unit of the amounts"]
    data_through: Annotated[
        date, "The last day whose data was used: it moves once a week, and as a quarter begins"
    ]
    fingerprint: Annotated[str, "Of everything that the target was worked out from"] = ""
