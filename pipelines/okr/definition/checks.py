"""What a key result means, held against the KPIs: the checks a model alone cannot make."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipelines.okr.definition.definitions import KeyResult
from pipelines.okr.definition.faults import Fault, listed, suggestion
from pipelines.okr.definition.field_types import MEASURED, KpiTarget
from pipelines.okr.definition.kpi_targets import kpi_target_faults, target_key
from pipelines.okr.definition.leads import leads_faults
from pipelines.okr.definition.plans import DatedPlan, PlanKpi, plan_faults
from pipelines.okr.definition.yaml_tree import Tree
from pipelines.okr.kpi.conversion import CURRENCY
from pipelines.okr.kpi.filters import names_in
from pipelines.okr.kpi.kpi import PERCENT, Kpi
from pipelines.okr.kpi.numbers import currencies, is_currency
from pipelines.okr.kpi.periods import CADENCES, Period, whole_windows

_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}")
"""A number with three decimals, which many countries write for thousands: 1.234."""
_DECIMALS_LIKE_THOUSANDS = 3

_Finding = tuple[str, str, str]  # the key it is about, what is wrong, the remedy


@dataclass(frozen=True, slots=True)
class Place:
    """Where a key result stands: its file, the tree of that file, its number in the list."""

    file: str
    tree: Tree
    index: int

    def fault(self, key: str, what: str, remedy: str, *, stops_file: bool = True) -> Fault:
        name = self.tree.at("key_results", self.index, "id") or self.index + 1
        line = self.tree.line(("key_results", self.index, key))
        return Fault(self.file, line, f"key result `{name}`: {what}", remedy, stops_file)

    def text(self, *keys: int | str) -> str:
        return str(self.tree.at("key_results", self.index, *keys))


@dataclass(frozen=True, slots=True)
class KnownKpis:
    """The KPIs by name, and the names of those whose own declarations are at fault.

    `off` are those that no source feeds, each with the sources that it lacks.
    """

    sound: Mapping[str, Kpi]
    broken: Collection[str]
    off: Mapping[str, Collection[str]]

    def lacks(self, name: str) -> tuple[str, str] | None:
        """What is wrong with the name of a KPI that nothing computes, and the remedy; None of any other.

        Of a broken one it is told at its own place.
        """
        if name in self.off and name not in self.sound:
            what = f"KPI `{name}` needs {listed_sources(sorted(self.off[name]))} off"
            return what, "set it up (`okra sources` shows how), or remove the key result"
        return self.unknown(name)

    def unknown(self, name: str, *, is_budget: bool = False) -> tuple[str, str] | None:
        """That no KPI has this name, and the remedy; None where one has it. `is_budget`: it is to give targets."""
        if name in self.sound or name in self.broken or name in self.off:
            return None
        names = {*self.sound, *self.broken}
        others = f"the KPIs are {listed(names)}"
        if is_budget:
            plans = [other for other, kpi in self.sound.items() if kpi.is_plan]
            others = f"the KPIs with `plan: true` are {listed(plans)}"
        return f"unknown KPI `{name}`", suggestion(name, names, others)


def key_result_faults(
    place: Place, result: KeyResult, period: Period | None, kpis: KnownKpis
) -> Iterator[Fault]:
    """Every fault of one well-formed key result."""
    if period is not None:
        yield from (place.fault(*finding) for finding in _deadline(result, period))
    if result.leads is not None:
        yield from (place.fault(*finding) for finding in leads_faults(result.leads, result.kpi))
    if result.milestone is not None:
        yield from (place.fault(*finding) for finding in _milestone(result))
        return
    assert result.kpi is not None, "the model requires a KPI beside a number"
    yield from _lacking_kpis(place, result, kpis)
    kpi = kpis.sound.get(result.kpi)
    if kpi is None:
        return
    checks: tuple[Callable[[KeyResult, Kpi], Iterator[_Finding]], ...] = (
        _dimensions,
        _distinct_members,
        _currencies,
        _windows,
        _baseline,
    )
    for check in checks:
        yield from (place.fault(*finding) for finding in check(result, kpi))
    yield from _scale(place, result, kpi)
    for target in result.kpi_targets:
        yield from (
            place.fault(*finding)
            for finding in kpi_target_faults(result, target, kpi, period, kpis.sound)
        )
    yield from (place.fault(*finding) for finding in _plan(result, kpi, period, kpis))


def _lacking_kpis(place: Place, result: KeyResult, kpis: KnownKpis) -> Iterator[Fault]:
    """The KPIs that it names and nothing computes: it says so itself, and its objective's other parts have figures."""
    assert result.kpi is not None, "the model requires a KPI beside a number"
    budgets = [(target_key(result), target.kpi) for target in result.kpi_targets]
    if isinstance(result.plan, PlanKpi):
        budgets.append(("plan", result.plan.kpi))
    findings = [("kpi", kpis.lacks(result.kpi))]
    findings += [(key, kpis.unknown(name, is_budget=True)) for key, name in budgets]
    if result.leads is not None and result.leads.kpi != result.kpi:
        findings.append(("leads", kpis.unknown(result.leads.kpi)))
    for key, finding in findings:
        if finding:
            yield place.fault(key, *finding, stops_file=False)


def _plan(
    result: KeyResult, kpi: Kpi, period: Period | None, kpis: KnownKpis
) -> Iterator[_Finding]:
    plan = result.plan
    if plan is None or period is None:
        return
    is_total = kpi.accumulates and result.over is None
    yield from plan_faults(plan, period.start, result.by or period.end, is_total=is_total)
    if isinstance(plan, PlanKpi) and is_total:
        target = KpiTarget(plan.kpi)
        for _, what, remedy in kpi_target_faults(result, target, kpi, period, kpis.sound):
            yield "plan", what, remedy


def listed_sources(names: Sequence[str]) -> str:
    """`source `stripe`, which is`, or `sources `a` and `b`, which are`."""
    listing = " and ".join(f"`{name}`" for name in names)
    return f"source {listing}, which is" if len(names) == 1 else f"sources {listing}, which are"


def _deadline(result: KeyResult, period: Period) -> Iterator[_Finding]:
    key = "milestone" if result.milestone else "by"
    deadline = result.milestone.due if result.milestone else result.by or period.end
    if deadline < period.start:
        what = f"the deadline {deadline} is before the period starts ({period.start})"
        yield key, what, f"write a day from {period.start} to {period.end}"
    elif deadline > period.end:
        what = f"the deadline {deadline} is after the period ends ({period.end})"
        yield key, what, f"write a day up to {period.end}, or a longer period"
    elif result.per or result.over:
        cadence = result.per or result.over
        assert cadence is not None
        windows = len(whole_windows(period.start, deadline, cadence, period.fiscal_year))
        if not windows:
            remedy = "choose a shorter window or a longer period"
            yield "per" if result.per else "over", f"there is no whole {cadence} in it", remedy
        elif result.met_in is not None and (result.met_in.count or 0) > windows:
            what = f"`met_in: {result.met_in}`, and its time has {windows} whole {cadence}s"
            yield "met_in", what, f"write at most {windows}, or all"


def _milestone(result: KeyResult) -> Iterator[_Finding]:
    given = {"from": result.baseline, "by": result.by}
    for name in ("kpi", "per", "over", "for_each", "where"):
        given[name] = getattr(result, name)
    for key, value in given.items():
        if value:
            remedy = "its day is `due`" if key == "by" else f"leave `{key}` out"
            yield key, f"a milestone takes no `{key}`", remedy


def _dimensions(result: KeyResult, kpi: Kpi) -> Iterator[_Finding]:
    named = [("where", dimension) for dimension in result.where]
    if result.for_each is not None:
        named.append(("for_each", result.for_each))
    for key, dimension in named:
        if dimension not in kpi.dimensions:
            otherwise = f"its dimensions: {listed(kpi.dimensions)}"
            remedy = suggestion(dimension, kpi.dimensions, otherwise)
            yield key, f"KPI `{kpi.name}` has no dimension `{dimension}`", remedy
    if result.for_each is not None and isinstance(result.where.get(result.for_each), str):
        what = f"`{result.for_each}` is both held to one member and asked of each"
        yield "for_each", what, "keep `where` or `for_each` of it"


def _currencies(result: KeyResult, kpi: Kpi) -> Iterator[_Finding]:
    asked = result.where.get(CURRENCY)
    if kpi.conversion is None or asked is None:
        return
    for member in names_in(asked):
        if not is_currency(member):
            remedy = suggestion(member.upper(), currencies(), "write its code, like EUR")
            yield "where", f"`{member}` is no currency", remedy


def _distinct_members(result: KeyResult, kpi: Kpi) -> Iterator[_Finding]:
    """Who is counted in two members is counted once in both together, which no source says."""
    if not kpi.behaviour.reported_by_period:
        return
    for dimension, asked in result.where.items():
        if isinstance(asked, str) or dimension == result.for_each:
            continue
        several = f"all {dimension} but some" if asked.excluded else f"several {dimension}"
        what = f"`{kpi.name}` counts each once, and cannot be added up over {several}"
        yield "where", what, "write one member, or a key result for each"


def _windows(result: KeyResult, kpi: Kpi) -> Iterator[_Finding]:
    if result.per and result.over:
        remedy = "keep `per` (each window counts) or `over` (the latest one counts)"
        yield "over", "both `per` and `over`", remedy
    window = result.per or result.over
    if window and CADENCES.index(window) < CADENCES.index(kpi.every):
        what = f"`{kpi.name}` is given every {kpi.every}, and has no value for a {window}"
        yield "per" if result.per else "over", what, f"write {kpi.every}, or a longer window"


def _baseline(result: KeyResult, kpi: Kpi) -> Iterator[_Finding]:
    start = result.baseline
    if start is None:
        return
    if result.per or result.between:
        yield "from", "`from` has no meaning with `per` or `between`", "leave `from` out"
    elif kpi.accumulates and not result.over:
        remedy = "leave `from` out, or compare windows with `over: month`"
        yield "from", f"a total of the {kpi.kind} `{kpi.name}` counts from 0", remedy
    elif start != MEASURED and isinstance(start, Decimal):
        yield from _no_way_to_go(result, start)


def _no_way_to_go(result: KeyResult, start: Decimal) -> Iterator[_Finding]:
    target = result.target
    if start == target:
        remedy = "leave `from` out to hold a level, or write another target"
        yield "from", f"the baseline and the target are both {start}", remedy
    elif target is None:
        return
    elif result.at_least is not None and start > target:
        what = f"`at_least: {target}` is met from the start ({start})"
        yield "from", what, "write at_most to go down, or another target"
    elif result.at_most is not None and start < target:
        what = f"`at_most: {target}` is met from the start ({start})"
        yield "from", what, "write at_least to go up, or another target"


def _scale(place: Place, result: KeyResult, kpi: Kpi) -> Iterator[Fault]:
    """The faults of numbers that do not fit the KPI's unit: a percentage of a count, a plain 96 of a share."""
    written: list[tuple[tuple[int | str, ...], object]] = [
        (("at_least",), result.at_least),
        (("at_most",), result.at_most),
        (("from",), result.baseline),
        *((("between", number), bound) for number, bound in enumerate(result.between or ())),
    ]
    if result.member_targets is not None:
        key = "at_most" if result.at_least is None else "at_least"
        written += [((key, name), target) for name, target in result.member_targets.pairs]
    if isinstance(result.plan, DatedPlan):
        written += [(("plan", period.label), amount) for period, amount in result.plan.amounts]
    for keys, number in written:
        if isinstance(number, Decimal):
            check = _of_a_percentage if kpi.unit == PERCENT else _of_an_amount
            for what, remedy in check(place.text(*keys), number, kpi):
                yield place.fault(str(keys[0]), what, remedy)


def _of_a_percentage(text: str, number: Decimal, kpi: Kpi) -> Iterator[tuple[str, str]]:
    if "%" not in text and abs(number) >= 1:
        what = f"`{kpi.name}` is a percentage and {text} would be {number:%}"
        yield what, f"write {text} %" if number != 1 else "write 1 % or 100 %"
    elif kpi.is_proportion and not 0 <= number <= 1:
        what = f"`{kpi.name}` is a share of a whole, and {text} can never be reached"
        yield what, "write 0 % to 100 %, or take `proportion` out of the KPI's YAML"


def _of_an_amount(text: str, number: Decimal, kpi: Kpi) -> Iterator[tuple[str, str]]:
    counted = f"`{kpi.name}` is in {kpi.unit}" if kpi.unit else f"`{kpi.name}` is no percentage"
    if "%" in text:
        yield f"{counted}, and {text} is a share", "write the number itself, without the sign"
    elif _THOUSANDS.fullmatch(text) and kpi.precision < _DECIMALS_LIKE_THOUSANDS:
        grouped = text.replace(".", "_")
        what = f"{counted} with {kpi.precision} decimals, and {text} has three"
        exact = f"{text}0" if not text.endswith("0") else f"{number.normalize():f}"
        yield what, f"write {grouped} or {exact}"
