"""Reads the KPIs that are worked out from other KPIs, after those."""

from collections.abc import Collection
from dataclasses import replace

from pipelines.inputs.composition import KPI_PREFIX
from pipelines.inputs.sheet_kpis import PLAN_MODEL
from pipelines.inputs.yaml_kpis import expressions
from pipelines.inputs.yaml_kpis.entries import KpiEntry, Reading, checked
from pipelines.inputs.yaml_kpis.expressions import ExpressionError
from pipelines.inputs.yaml_kpis.forms import ExpressionKpi
from pipelines.okr.definition.faults import listed, suggestion
from pipelines.okr.kpi.conversion import MONEY
from pipelines.okr.kpi.kpi import Kpi


def read_expression(reading: Reading, name: str, path: tuple[str, ...]) -> None:
    """A KPI that is worked out from others, after those."""
    entry = reading.waiting.pop(name)
    written = entry.tree.data
    assert isinstance(written, dict), "an entry with `expr` is a mapping"
    try:
        expression = expressions.parsed(str(written["expr"]))
        for part in expression.names:
            if part in (name, *path):
                circle = " -> ".join((*path, name, part))
                raise ExpressionError(f"it is worked out from itself: {circle}", "break the circle")
            if part in reading.waiting:
                read_expression(reading, part, (*path, name))
        parts = parts_of(reading, entry, expression.names)
        if parts is None:
            return
        given = expressions.derived(expression, parts)
        if written.get("unit") == MONEY and expression.is_quotient:
            if any(parts[term.kpi].unit == MONEY for term in expression.denominator):
                raise ExpressionError(
                    "an amount divided by an amount is no money",
                    "write `unit: times`, or `unit: percent`",
                )
            given.pop("money", None)  # of a ratio in money, the numerator is
        differing = [
            key
            for key in ("kind", "unit", "every")
            if key in written and key in given and written[key] != given[key]
        ]
        for key in differing:
            what = f"`{key}: {written[key]}` of what is a {key} of {given[key]}"
            raise ExpressionError(what, f"leave `{key}` out")
        form = checked(reading, entry, ExpressionKpi, {**given, **written})
        if form is None:
            return
        sheet_parts = sorted({x for part in parts.values() for x in part.sheet_parts})
        kpi = replace(form.named(name, f"{KPI_PREFIX}{name}"), sheet_parts=tuple(sheet_parts))
        if unshared := [
            x for x in kpi.dimensions if x not in expressions.common_dimensions([*parts.values()])
        ]:
            raise ExpressionError(
                f"`{unshared[0]}` is no dimension of all its parts",
                f"leave it out; they share {listed(expressions.common_dimensions([*parts.values()]))}",
            )
    except ExpressionError as error:
        reading.fail(name, entry.fault(error.what, error.remedy, "expr"))
        return
    reading.add(entry, kpi, expressions.sql_of(expression, kpi, parts))


def parts_of(reading: Reading, entry: KpiEntry, names: Collection[str]) -> dict[str, Kpi] | None:
    """The KPIs of these names; None where one is off, which turns this one off too. Raises `ExpressionError`."""
    known = {**reading.available.written, **reading.kpis}
    if off := frozenset().union(*(reading.off.get(name, frozenset()) for name in names)):
        reading.off[entry.name] = off
        return None
    parts = {}
    for name in names:
        if name in reading.broken:
            raise ExpressionError(f"`{name}` is broken", f"correct it in {reading.broken[name]}")
        if name not in known:
            remedy = suggestion(name, known, f"the KPIs are {listed(known)}")
            raise ExpressionError(f"there is no KPI `{name}`", remedy)
        if known[name].model == PLAN_MODEL:
            raise ExpressionError(
                f"`{name}` is a plan, whose days to come are known, and those of others are not",
                f"name what is actual, and hold it to the plan in a goal: `at_least: {{kpi: {name}}}`",
            )
        parts[name] = known[name]
    return parts
