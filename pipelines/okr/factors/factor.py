"""The rows of `kpi_factors`: what each member brought to a change, by what it is compared with."""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from pipelines.okr.factors import wording
from pipelines.okr.factors.apportion import units
from pipelines.okr.factors.decomposition import VALUE_PLACES, Compared, Effect, decompose
from pipelines.okr.kpi.facts import TOTAL
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.periods import Cadence, Period
from pipelines.okr.scoring.scorecard import trust_column

Against = Literal["previous", "last_year", "published", "target"]
SHARE_PLACES = 6


@dataclass(frozen=True, slots=True)
class Factor:
    """One effect of one member on one change; the row of `total` is the change itself.

    `contribution` is in `unit` at the KPI's precision, and so exact that those of a dimension sum to the
    change. `period` is `course` for the own days of a key result.
    """

    kpi: str
    period: Cadence | Literal["course"]
    period_start: date
    period_end: date
    data_through: date
    compared_with: Against
    reference: str
    compared_from: date | None
    compared_to: date | None
    dimension: str
    member: str
    effect: Effect
    contribution: Decimal
    value: Decimal | None
    previous_value: Decimal | None
    share: Decimal | None
    rank: int
    dimension_rank: int
    surprise: Decimal | None
    unit: str
    trust: str
    why: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is compared with what: the frame that all rows of one change share.

    `before` are the days compared with, None where they are not known to count; `reference` names them,
    or the key result whose target it is; `called` says the same in a sentence.
    """

    kpi: Kpi
    period: Period
    through: date
    against: Against
    reference: str
    called: str
    before: Period | None
    trust: Set[str]

    def factors(self, compared: Compared, places: int) -> Iterator[Factor]:
        """The rows: the change first, then the dimensions in the order in which to show them."""
        parts = decompose(compared, places)
        change = parts[0].units
        why = wording.sentence(self.kpi, places, parts, self.called, compared.rates)
        for part in parts:
            share = Fraction(part.units, change) if change else None
            yield Factor(
                kpi=self.kpi.name,
                period=self.period.kind or "course",
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
