"""`okra target`: which targets would be met with which odds, beside what came before."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import localcontext
from typing import Any

import duckdb
import yaml
from rich.padding import Padding
from rich.text import Text

from pipelines.commands.console import Output
from pipelines.commands.explain import pairs
from pipelines.commands.kpis import chosen_kpi
from pipelines.commands.terminal import plain_table
from pipelines.errors import OkraError
from pipelines.history.predictions import graded_before
from pipelines.inputs.day import Day
from pipelines.inputs.facts import read_facts
from pipelines.okr.definition.definitions import Objective
from pipelines.okr.definition.loading import load
from pipelines.okr.kpi.kpi import PERCENT, Kpi
from pipelines.okr.kpi.numbers import EXACT, figure
from pipelines.okr.kpi.periods import containing
from pipelines.okr.kpi.series import index_facts
from pipelines.okr.scoring.evidence import Evidence
from pipelines.okr.targets.ladder import NoLadderError, ladder
from pipelines.okr.targets.references import Reference, References
from pipelines.okr.targets.rungs import EVEN, Rung
from pipelines.publishing.language.language import Amounts, Language
from pipelines.publishing.language.targets import against
from pipelines.settings import Settings

_PLACE = "the target"


class TargetError(OkraError):
    """No targets can be given; the text says why."""


@dataclass(frozen=True)
class AskedTarget:
    """What a target is wanted for, as it was written; empty where nothing was."""

    kpi: str
    period: str = ""
    where: Sequence[str] = ()
    """Such as `color=green`; a dimension that comes twice stands for all of its members."""
    for_each: str = ""
    per: str = ""
    over: str = ""
    met_in: str = ""
    comparison: str = ""
    """`at_least` or `at_most`; by default the way in which the KPI gets better."""


@dataclass(frozen=True)
class Possible:
    """The rungs of a goal, with what they stand beside. Amounts are in the KPI's unit."""

    kpi: Kpi
    objective: Objective
    comparison: str
    through: date
    rungs: Sequence[Rung]
    references: Mapping[str, Reference | None]
    """The values of a year before, of the best period and at the present rate, by these names."""


def target(settings: Settings, asked: AskedTarget, output: Output) -> None:
    """Show the ladder. Raises `TargetError`, `UnknownKpiError` and `NoFactsError`."""
    possible = possible_targets(settings, asked)
    if output.as_json:
        output.json(document(possible))
        return
    language = Language(settings.locale, settings.fiscal_year)
    show(possible, asked, language, output)


def possible_targets(settings: Settings, asked: AskedTarget) -> Possible:
    """Work the ladder out, from the figures of the last run. Raises as `target` does."""
    day = Day(settings, settings.today())
    kpi = chosen_kpi(day.declared, asked.kpi)
    comparison = asked.comparison or ("at_least" if kpi.direction == "up" else "at_most")
    objective = objective_of(asked, comparison, settings, kpi)
    indexes = index_facts(read_facts(settings.warehouse_path, {kpi.name: kpi}))
    index = indexes[kpi.name]
    if index.data_through is None:
        raise TargetError(f"{kpi.name} has no data yet; run `okra run` first")
    graded = graded_before(settings.history_path, day.as_of, settings.timezone)
    through = min(index.data_through, day.as_of - timedelta(days=1))
    with localcontext(EXACT):
        references = References(objective, index, through, settings.policy)
        beside = {
            "year_before": references.year_before(),
            "best": references.best(),
            "present_rate": references.present_rate(),
        }
    try:
        rungs = ladder(objective, Evidence(indexes, day.as_of, settings.policy, graded))
    except NoLadderError as error:
        raise TargetError(f"no target of {kpi.name} can be given: {error}") from None
    return Possible(kpi, objective, comparison, through, rungs, beside)


def even_target(settings: Settings, asked: AskedTarget) -> str:
    """The target with odds of a half, as an OKR file writes it; empty where none can be given."""
    try:
        possible = possible_targets(settings, asked)
    except (OkraError, duckdb.Error):
        return ""  # before the first run there are no figures
    [value] = [rung.target for rung in possible.rungs if rung.asked == EVEN]
    if value is None or value <= 0:
        return ""
    if possible.kpi.unit == PERCENT:
        return figure(value, PERCENT)
    return f"{int(value):_}" if value == int(value) else f"{value.normalize():f}"


def objective_of(asked: AskedTarget, comparison: str, settings: Settings, kpi: Kpi) -> Objective:
    """The goal as an OKR file would write it, with a number that does not matter. Raises `TargetError`."""
    today = settings.today()
    quarter = containing(today, "quarter", settings.fiscal_year)
    coming = containing(quarter.end + timedelta(days=1), "quarter", settings.fiscal_year)
    optional = {
        "where": where_of(asked.where),
        "for_each": asked.for_each,
        "per": asked.per,
        "over": asked.over,
        "met_in": asked.met_in,
    }
    written = {
        "objective": "What is possible",
        "id": "possible",
        "period": asked.period or coming.label,
        "key_results": [
            {
                "id": "it",
                "kpi": kpi.name,
                comparison: "1 %" if kpi.unit == PERCENT else 1,
                **{key: value for key, value in optional.items() if value},
            }
        ],
    }
    loaded = load({_PLACE: yaml.safe_dump(written)}, {kpi.name: kpi}, settings.fiscal_year)
    if loaded.faults:
        first = loaded.faults[0]
        what = first.what.removeprefix("key result `it`: ")
        raise TargetError(f"{what}; {first.remedy}")
    return loaded.objectives[0]


def where_of(written: Sequence[str]) -> dict[str, str | list[str]]:
    """`color=green` as a filter. Raises `TargetError`."""
    members: dict[str, list[str]] = {}
    for text in written:
        match = re.fullmatch(r"\s*([^=]+?)\s*=\s*(.+?)\s*", text)
        if match is None:
            raise TargetError(f"`--where {text}` is no filter; write it like --where color=green")
        members.setdefault(match[1], []).append(match[2])
    return {name: listed[0] if len(listed) == 1 else listed for name, listed in members.items()}


def document(possible: Possible) -> dict[str, Any]:
    """The ladder for machines; amounts are exact, in the KPI's unit, a percentage as a fraction."""
    period = possible.objective.period
    return {
        "kpi": possible.kpi.name,
        "unit": possible.kpi.unit,
        "period_start": period.start,
        "period_end": period.end,
        "comparison": possible.comparison,
        "data_through": possible.through,
        "rungs": [
            {"odds": rung.asked, "target": rung.target, "probability": rung.probability}
            for rung in possible.rungs
        ],
        **{
            name: None
            if beside is None
            else {"value": beside.value, "start": beside.start, "end": beside.end}
            for name, beside in possible.references.items()
        },
    }


def show(possible: Possible, asked: AskedTarget, language: Language, output: Output) -> None:
    """The ladder as a table, and below it what came before."""
    kpi, period = possible.kpi, possible.objective.period
    amounts = Amounts(language, kpi.unit, kpi.precision)
    before = possible.references["year_before"]
    columns = [
        language.text("target.odds"),
        language.text(f"target.{possible.comparison}"),
        language.text("target.against"),
    ]
    rows = [
        (
            language.share(rung.asked),
            language.text("target.none") if rung.target is None else amounts.text(rung.target),
            against(rung.target, None if before is None else before.value, language),
        )
        for rung in possible.rungs
    ]
    parts = list(asked.where)
    parts += [language.text("target.for_each", member=asked.for_each)] if asked.for_each else []
    parts += [language.text(f"target.per.{asked.per}")] if asked.per else []
    parts += [language.text(f"target.over.{asked.over}")] if asked.over else []
    title = language.text(
        "target.title",
        kpi=", ".join([kpi.label, *parts]),
        period=language.span(period.start, period.end),
        day=language.day(possible.through),
    )
    output.out.print(Text(title, style="bold"))
    output.out.print(plain_table("", columns, rows))
    lines = [
        (
            language.text(f"target.{name}"),
            f"{amounts.text(beside.value)} ({language.span(beside.start, beside.end)})",
        )
        for name, beside in possible.references.items()
        if beside is not None
    ]
    if lines:
        output.out.print(Padding(pairs(lines), (0, 0, 1, 1)))
    output.note(language.text("target.note"))
