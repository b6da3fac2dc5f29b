"""A KPI as scoring sees it: its kind, unit, direction and declared precision."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal, Self

from pipelines.okr.kpi.conversion import Conversion, conversion_of
from pipelines.okr.kpi.kinds import KINDS, PER_HEAD, Denominator, Kind, KpiKind
from pipelines.okr.kpi.working_days import WorkingDays

Direction = Literal["up", "down"]
Every = Literal["day", "week", "month", "quarter"]

PERCENT = "percent"
ACCOUNT = "account"
"""The dimension of a KPI that stands on accounts with names, such as two properties of Google Analytics."""


WHOLE_PERCENT = 2
"""The decimals of a fraction that is shown as a whole percentage. With fewer, 94 % would be shown as 90 %."""


@dataclass(frozen=True, slots=True)
class Kpi:
    """What a KPI's YAML declares of it.

    `precision` is the number of decimals its values are shown with; goals are decided on the exact values.
    A KPI in `percent` is stored as a fraction, so its precision counts the fraction's decimals:
    0.963 has three. `unit` is the unit of every value, target and rate of this KPI.

    The `denominator` of a ratio is summed over days, or it is a level: how many there are on a day, of
    which the average over the days counts. Deals over the size of the team are such a flow per head.
    """

    name: str
    kind: Kind
    unit: str = ""
    direction: Direction = "up"
    precision: int = 0
    dimensions: tuple[str, ...] = ()
    owner: str = ""
    description: str = ""
    label: str = ""
    every: Every = "day"
    """How often it is given: a KPI of every month has nothing to say about a week."""
    denominator: Denominator = "sum"
    is_proportion: bool = False
    """Whether it is a share of a whole, so that it lies between 0 and 100 %."""
    conversion: Conversion | None = None
    """How money in other currencies is converted, None where there is none to convert."""
    rosters: tuple[tuple[str, str], ...] = ()
    """The dimensions that have a roster, each with the model that says who is on it, and when."""
    model: str = ""
    """Name of the model that computes it."""
    by_account: bool = False
    """Whether it stands on accounts with names, so that `account` is one of its dimensions."""
    declared_dimensions: tuple[str, ...] = ()
    """Those that its declaration names: a distinct count by account keeps none of them."""
    is_plan: bool = False
    """Whether it is a plan or a budget, whose days to come are known."""
    account: str | None = None
    """Of a KPI kept in a sheet, the account of that sheet, as the models call it; None where it has rows of all."""
    working_days: WorkingDays | None = None
    """The days on which the company works, where it declares that it goes by them."""
    sheet_parts: tuple[str, ...] = ()
    """The KPIs kept in sheets that have to be filled in before it is known: itself, or parts of its expression."""

    @classmethod
    def declared(cls, name: str, meta: Mapping[str, Any], model: str) -> Self:
        """The KPI that `meta` declares, computed by `model`. Raises `ConversionError`."""
        kind, unit, dimensions = meta["kind"], str(meta["unit"]), tuple(meta.get("dimensions", ()))
        return cls(
            name=name,
            kind=kind,
            unit=unit,
            direction=meta["direction"],
            precision=max(int(meta.get("precision", 0)), WHOLE_PERCENT if unit == PERCENT else 0),
            dimensions=dimensions,
            declared_dimensions=dimensions,
            owner=str(meta["owner"]),
            description=" ".join(meta.get("description", "").split()),
            label=str(meta.get("label") or name.replace("_", " ")),
            every=meta.get("every", "day"),
            denominator=meta.get("denominator", "sum"),
            is_proportion=meta.get("proportion", False),
            conversion=conversion_of(
                kind=kind,
                unit=unit,
                dimensions=dimensions,
                conversion=meta.get("conversion"),
                money=meta.get("money"),
            ),
            rosters=tuple(sorted(dict(meta.get("rosters") or {}).items())),
            model=model,
            is_plan=meta.get("plan", False),
            working_days=WorkingDays() if meta.get("working_days") else None,
        )

    def of_accounts(self) -> Self:
        """The KPI with the dimension `account`: that alone where a source counts each period by itself."""
        if ACCOUNT in self.dimensions:
            return self
        others = () if self.behaviour.reported_by_period else self.dimensions
        return replace(self, dimensions=(*others, ACCOUNT), by_account=True)

    @property
    def as_text(self) -> str:
        """All that it declares; a set is written in order, as Python's own order is another one in each process."""
        conversion = self.conversion
        converted = conversion and (conversion.policy, sorted(conversion.sides), conversion.day)
        return repr((replace(self, conversion=None), converted))

    @property
    def has_total(self) -> bool:
        """Whether there is a figure of the whole. Whom two accounts have counted would be in it twice."""
        return not (self.by_account and self.behaviour.reported_by_period)

    @property
    def behaviour(self) -> KpiKind:
        """What its kind does; `kind` is the name that is declared and published."""
        return PER_HEAD if self.denominator == "level" else KINDS[self.kind]

    @property
    def accumulates(self) -> bool:
        """Whether it grows with the days it is taken over: a flow does, and so does a flow per head."""
        return self.behaviour.accumulates

    @property
    def counts_whole_units(self) -> bool:
        """Whether a rate of this KPI is a count of things, which come in whole units only."""
        return self.precision == 0 and self.behaviour.is_amount

    def places_for(self, *bounds: Decimal | None) -> int:
        """The decimals to show: the declared precision, or a number's own when it is finer."""
        finest = self.precision
        for bound in bounds:
            if bound is not None:
                exponent = bound.normalize().as_tuple().exponent
                assert isinstance(exponent, int), "bounds are finite"
                finest = max(finest, -exponent)
        return finest
