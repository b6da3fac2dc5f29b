"""A change and its largest parts in one sentence: `+12,400 on October: widget +9,100, thingamajig +3,300.`

The figures of a sentence add up, as those of the table do. The effects of exchange rates and of restatements come
at its end. It says where the change sits; the reasons are known to the business alone.
"""

from collections.abc import Sequence
from decimal import Decimal

from pipelines.okr.factors.currency import Rates
from pipelines.okr.factors.decomposition import Contribution
from pipelines.okr.kpi.conversion import CURRENCY
from pipelines.okr.kpi.kpi import PERCENT, Kpi
from pipelines.okr.kpi.numbers import figure
from pipelines.okr.kpi.periods import Period

MAX_NAMED_PARTS = 3
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_EFFECTS = {"mix": " (weight)", "rate": " (own rate)"}


def sentence(
    kpi: Kpi,
    places: int,
    parts: Sequence[Contribution],
    reference_text: str,
    rates: tuple[Rates, Rates] = ({}, {}),
) -> str:
    """The change of `kpi` against what `reference_text` names, by the dimension that is shown first.

    `parts` as `decomposition.decompose` gives them: the whole first. `rates` are what each currency was
    worth now and before, of a KPI that converts.
    """
    change = parts[0].units
    headline = f"{signed(change, places, kpi.unit) if change else 'No change'} on {reference_text}"
    if kpi.behaviour.reported_by_period:
        return f"{headline}; who is counted once is no part of a sum, so it has no factors."
    first = [part for part in parts[1:] if part.dimension_rank == 1]
    exchange = _exchange(kpi, places, [part for part in first if part.effect == CURRENCY], rates)
    ending = exchange + _restated(kpi, places, first)
    shown = [part for part in first if part.effect not in (CURRENCY, "restatement") and part.units]
    if not shown or (len({part.member for part in first}) == 1 and not exchange):
        return f"{headline}{ending}."
    named = shown if len(shown) == MAX_NAMED_PARTS + 1 else shown[:MAX_NAMED_PARTS]
    texts = [f"{_subject(part)} {_part(part.units, places, kpi)}" for part in named]
    rest = shown[len(named) :]
    if rest:
        of_rest = _part(sum(part.units for part in rest), places, kpi)
        texts.append(f"{len(rest)} others {of_rest}")
    return f"{headline}: {', '.join(texts)}{ending}."


def signed(units: int, places: int, unit: str) -> str:
    """A change with its sign: `+12,400 USD`; a change of a share is in points, 0.012 is `+1.2 points`."""
    amount = Decimal(abs(units)).scaleb(-places)
    sign = "-" if units < 0 else "+" if units else ""
    if unit == PERCENT:
        return f"{sign}{figure(amount.scaleb(2), '', max(0, places - 2))} points"
    return f"{sign}{figure(amount, unit, places)}"


def period_text(period: Period, beside: Period) -> str:
    """A period by its name: `October`, `Q3`, with the year where that is another than of `beside`."""
    if period.cadence not in ("month", "quarter", "half"):
        return period.label
    is_named = period.cadence == "month" and period.fiscal_year.weeks is None
    name = _MONTHS[period.start.month - 1] if is_named else period.label[5:]
    year, other = period.label[:4], beside.label[:4]
    return name if year == other else f"{name} {year}"


def days_text(kpi: Kpi, before: Period, days: Period, beside: Period) -> str:
    """The days compared with: `October`, or of a part `the first 24 days of October`.

    A stock is compared with one day: `the end of October`, `24 October`.
    """
    name, is_part = period_text(before, beside), days.end < before.end
    if kpi.behaviour.is_level:
        year = "" if days.end.year == beside.end.year else f" {days.end.year}"
        day = f"{days.end.day} {_MONTHS[days.end.month - 1]}{year}"
        return day if is_part else f"the end of {name}"
    if not is_part:
        return name
    return f"the first {days.days} days of {name}" if days.days > 1 else f"the first day of {name}"


def target_text(target: Decimal, kpi: Kpi) -> str:
    """`the target of 982 pieces`."""
    return f"the target of {figure(target, kpi.unit)}"


def _exchange(
    kpi: Kpi, places: int, parts: Sequence[Contribution], rates: tuple[Rates, Rates]
) -> str:
    """What the exchange rates did, by currency where the members are that: `; a weaker EUR took 1,200 USD`."""
    if len(parts) <= MAX_NAMED_PARTS and all(part.dimension == CURRENCY for part in parts):
        brought = {_rate_text(part.member, rates): part.units for part in parts}
    else:
        brought = {_rates_text(rates): sum(part.units for part in parts)}
    effects = [
        f"{name} {'took' if units < 0 else 'added'} "
        + signed(abs(units), places, kpi.unit).removeprefix("+")
        for name, units in brought.items()
        if units
    ]
    return f"; {' and '.join(effects)}" if effects else ""


def _restated(kpi: Kpi, places: int, parts: Sequence[Contribution]) -> str:
    """The restatement in a change, such as `; +600 USD of it is what was restated since`."""
    units = sum(part.units for part in parts if part.effect == "restatement")
    return f"; {signed(units, places, kpi.unit)} of it is what was restated since" if units else ""


def _rate_text(currency: str, rates: tuple[Rates, Rates]) -> str:
    now, before = (side.get(currency) for side in rates)
    if now is None or before is None or now == before:
        return f"the exchange rate of {currency}"
    return f"a {'weaker' if now < before else 'stronger'} {currency}"


def _rates_text(rates: tuple[Rates, Rates]) -> str:
    """The currency by name if there is only one, else all of them."""
    foreign = {name for side in rates for name, rate in side.items() if rate != 1}
    return _rate_text(foreign.pop(), rates) if len(foreign) == 1 else "exchange rates"


def _subject(part: Contribution) -> str:
    if part.effect == "remaining":
        return "not due yet"
    return part.member + _EFFECTS.get(part.effect, "")


def _part(units: int, places: int, kpi: Kpi) -> str:
    return signed(units, places, PERCENT if kpi.unit == PERCENT else "").removesuffix(" points")
