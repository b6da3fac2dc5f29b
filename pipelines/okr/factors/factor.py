"""The rows of `kpi_factors`: what each member brought to a change, by what it is compared with."""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from pipelines.okr.columns import Number, Share
from pipelines.okr.factors import wording
from pipelines.okr.factors.apportion import units
from pipelines.okr.factors.decomposition import VALUE_PLACES, ComparedAmounts, Effect, decompose
from pipelines.okr.kpi.facts import TOTAL
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.periods import Cadence, Period
from pipelines.okr.scoring.scorecard import trust_column

Against = Literal["previous", "last_year", "published", "target", "goal_previous", "goal_last_year"]
SHARE_PLACES = 6


@dataclass(frozen=True, slots=True)
class Factor:
    """One effect of one member on one change; the row of `total` is the change itself.

    `contribution` is in `unit` at the KPI's precision, and so exact that those of a dimension sum to the
    change. `period` is `course` for the own days of a key result.
    """

    kpi: Annotated[str, "Name of the KPI"]
    period: Annotated[
        Cadence | Literal["course"],
        "month, quarter, half or year (fiscal); against a target also day, week, or course: the key result's own days",
    ]
    period_start: Annotated[date, "First day of the period"]
    period_end: Annotated[date, "Last day of the period"]
    data_through: Annotated[date, "Last day that was counted; before period_end it is a part"]
    compared_with: Annotated[
        Against,
        "previous (the period before), last_year (the same period a year before), published (the period before as it "
        "was first published, where it has been restated since), target (of a key result), or goal_previous and "
        "goal_last_year (previous and last_year of the members alone that a key result with a filter counts)",
    ]
    reference: Annotated[
        str,
        "The days compared with (2026-10, 2026-10-01..2026-10-24), or the key_result_id whose target or filter it is",
    ]
    compared_from: Annotated[
        date | None,
        "First day compared with; of a target: first day of those by which it was split, NULL if it was not",
    ]
    compared_to: Annotated[date | None, "Last day compared with; of a target as above"]
    dimension: Annotated[
        str,
        "total for the change itself; a dimension; dimensions inside each other (product > color); or whole, of a "
        "KPI without dimensions of which a restatement is told apart",
    ]
    member: Annotated[
        str,
        "Member of the dimension (widget, widget > green), unknown for rows without one; total for the whole",
    ]
    effect: Annotated[
        Effect,
        "change (its own amount), mix (its weight in a ratio), rate (its own ratio), remaining (the part of a target "
        "that is not due yet), currency (what exchange rates did: the rest beyond the change at the mean of both "
        "periods' rates), restatement (what became of the period before since it was published)",
    ]
    contribution: Annotated[
        Number,
        "What the effect brought, in unit at the KPI's precision; of the total: value less previous_value, rounded. "
        "A gap to a target is actual less target",
    ]
    value: Annotated[Number | None, "Value in the period; NULL where the member had none"]
    previous_value: Annotated[
        Number | None,
        "Value compared with; against a target: the member's part of what is due by data_through",
    ]
    share: Annotated[
        Share | None,
        "contribution over the change, which is its explanatory power; NULL without a change",
    ]
    rank: Annotated[int, "1 is the largest contribution of its dimension, up or down"]
    dimension_rank: Annotated[
        int,
        "1 is the dimension to show first: few members explain most of the change, and moved the most against the "
        "others; 0 is the total",
    ]
    surprise: Annotated[
        Share | None,
        "How far the member's share of the whole moved: its term of the Jensen-Shannon divergence, 0 to 0.693147; of "
        "a ratio the sum of both its sides",
    ]
    unit: Annotated[str, "Unit of contribution, value and previous_value"]
    trust: Annotated[str, "ok, or what is not to be trusted in either period, comma-separated"]
    why: Annotated[
        str | None, "The change and its largest parts in words, on the row of the total; else NULL"
    ]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is compared with what: the frame that all rows of one change share.

    `before` are the days compared with, None where they are not known to count; `reference` names them,
    or the key result whose target it is; `reference_text` says the same in a sentence.
    """

    kpi: Kpi
    period: Period
    through: date
    against: Against
    reference: str
    reference_text: str
    before: Period | None
    trust: Set[str]

    def factors(self, compared: ComparedAmounts, places: int) -> Iterator[Factor]:
        """The rows: the change first, then the dimensions in the order in which to show them."""
        parts = decompose(compared, places)
        change = parts[0].units
        why = wording.sentence(self.kpi, places, parts, self.reference_text, compared.rates)
        for part in parts:
            share = Fraction(part.units, change) if change else None
            yield Factor(
                kpi=self.kpi.name,
                period=self.period.cadence or "course",
                period_start=self.period.start,
                period_end=self.period.end,
                data_through=self.through,
                compared_with=self.against,
                reference=self.reference,
                compared_from=self.before.start if self.before else None,
                compared_to=self.before.end if self.before else None,
                dimension=part.dimension,
                member=part.member,
                effect=part.effect,
                contribution=Decimal(part.units).scaleb(-places),
                value=published(part.value, VALUE_PLACES),
                previous_value=published(part.previous_value, VALUE_PLACES),
                share=published(share, SHARE_PLACES),
                rank=part.rank,
                dimension_rank=part.dimension_rank,
                surprise=part.surprise,
                unit=self.kpi.unit,
                trust=trust_column(self.trust),
                why=why if part.dimension == TOTAL else None,
            )


def published(number: Fraction | None, places: int) -> Decimal | None:
    """The number with its decimals, half away from zero as the models round."""
    return None if number is None else Decimal(units(number, places)).scaleb(-places)
