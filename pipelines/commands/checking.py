"""`okra check`: the faults of the OKR files and of the KPIs' declarations, and what each sound goal means."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb

from pipelines.commands.console import Output
from pipelines.commands.odds_when_set import doubtful_goals
from pipelines.errors import OkraError
from pipelines.inputs.composing import compose, with_kpis
from pipelines.inputs.day import Day
from pipelines.inputs.declarations import DeclaredKpis
from pipelines.inputs.facts import NoFactsError, read_facts
from pipelines.inputs.okr_files import definition_files
from pipelines.inputs.yaml_kpis.schema import json_schema as yaml_kpis_schema
from pipelines.okr.definition.budgets import asked_numbers
from pipelines.okr.definition.checks import Place
from pipelines.okr.definition.definitions import KeyResult, Objective, json_schema
from pipelines.okr.definition.faults import Fault
from pipelines.okr.definition.field_types import MEASURED
from pipelines.okr.definition.goals import Goal
from pipelines.okr.definition.lineage import contributions
from pipelines.okr.definition.loading import Loaded
from pipelines.okr.definition.sentences import measure_sentence, sentence
from pipelines.okr.definition.unseen_members import unseen_members
from pipelines.okr.kpi.kpi import ACCOUNT, Kpi
from pipelines.okr.kpi.periods import previous
from pipelines.okr.kpi.readings import KpiReading, KpiView, read_baseline
from pipelines.okr.kpi.series import KpiIndex, index_facts
from pipelines.okr.kpi.status import Policy
from pipelines.publishing.language.language import Language
from pipelines.settings import Settings, shown
from pipelines.settings.sources_schema import json_schema as sources_schema


class NotAnOkrFileError(OkraError):
    """A file was named that is not one of the OKR files."""


def check(settings: Settings, files: Sequence[Path], output: Output) -> bool:
    """Show each fault of `files`, and each sound goal as a sentence. Returns whether there is no fault.

    When no file is named, all OKR and KPI files are checked. Members that a filter names are held against the
    figures of the last run, where there was one.
    """
    known = {path.resolve(): shown(path) for path in definition_files(settings)}
    names = {known[file.resolve()] for file in files if file.resolve() in known}
    unknown = [str(file) for file in files if file.resolve() not in known]
    if unknown:
        raise NotAnOkrFileError(
            f"{', '.join(unknown)} is not in {shown(settings.definitions_path)}; OKR files stand there"
        )
    day = Day(settings, settings.today())
    indexes = indexes_of(day, output)
    faults = [
        fault
        for fault in [
            *day.faults,
            *without_total(day.loaded, day.kpis),
            *unseen(day.loaded, indexes),
        ]
        if not names or fault.file in names
    ]
    if output.as_json:
        output.json(
            [{"file": f.file, "line": f.line, "fault": f.what, "remedy": f.remedy} for f in faults]
        )
        return not faults
    for line in goals(day.loaded, day.declared, indexes, names or known.values(), settings.policy):
        output.out.print(line, markup=False, highlight=False, soft_wrap=True)
    for fault in faults:
        output.warn(str(fault))
    if not names:
        for line in composition_notes(day):
            output.note(line)
    for line in begun_too_early(day.loaded, settings.start_date, names):
        output.note(line)
    for doubtful in doubtful_goals(day, names or set(known.values())):
        output.note(doubtful.warning(Language(settings.locale, settings.fiscal_year)))
    count = len(names or known)
    if not faults:
        output.note(f"{count} OKR {'file' if count == 1 else 'files'}, no fault")
    return not faults


def begun_too_early(loaded: Loaded, first_day: date, files: Collection[str] = ()) -> Iterator[str]:
    """The objectives, of `files` or of all, with figures of days before the first that is pulled: these never come."""
    for objective in loaded.objectives:
        start, file = objective.period.start, loaded.files[objective.id]
        counts = any(result.kpi for result in objective.key_results)
        if counts and start < first_day and (not files or file.name in files):
            place = f"{file.name}:{file.tree.line(('period',))}"
            yield (
                f"{place}: {objective.id} starts on {start}, and figures are pulled from {first_day} on: the days "
                "before it stay missing; set `start_date` to an earlier day, or start the objective later"
            )


def composition_notes(day: Day) -> Iterator[str]:
    """What is probably not meant, what of the company's own stands in place of Okra's, and what no source feeds."""
    yield from map(str, day.declared.doubts)
    project = with_kpis(compose(day.settings), day.declared)
    yield from project.replaced
    for place, lacking in sorted(project.own_off.items()):
        yield f"{place} is not built: {', '.join(sorted(lacking))} is off"


def indexes_of(day: Day, output: Output) -> Mapping[str, KpiIndex]:
    """The last run's figures of the KPIs whose members or levels the goals name; none where there was no run."""
    results = [result for objective in day.loaded.objectives for result in objective.key_results]
    asked = {
        result.kpi
        for result in results
        if result.where or result.for_each or result.baseline == MEASURED
    } | {target.kpi for result in results for target in result.kpi_targets}
    kpis = {name: kpi for name, kpi in day.kpis.items() if name in asked}
    try:
        return index_facts(read_facts(day.settings.warehouse_path, kpis)) if kpis else {}
    except NoFactsError:
        return {}
    except duckdb.Error as error:
        output.note(
            f"The last run's figures cannot be read now, and no goal is held against them: {error}"
        )
        return {}


def unseen(loaded: Loaded, indexes: Mapping[str, KpiIndex]) -> Iterator[Fault]:
    """A fault for each member of `where` or `members` that no row of its KPI has ever had."""
    for objective in loaded.objectives:
        file = loaded.files[objective.id]
        for number, result in enumerate(objective.key_results):
            index = indexes.get(result.kpi or "")
            if index is None:
                continue
            for member in unseen_members(result, index.members, index.roster_members):
                place = Place(file.name, file.tree, number)
                yield place.fault(member.key, member.what, member.remedy)


def without_total(loaded: Loaded, kpis: Mapping[str, Kpi]) -> Iterator[Fault]:
    """A fault for each goal that asks for the total of a KPI that has none; the others of its file are scored."""
    for objective in loaded.objectives:
        file = loaded.files[objective.id]
        for number, result in enumerate(objective.key_results):
            kpi = kpis.get(result.kpi or "")
            if kpi is None or kpi.has_total or ACCOUNT in (result.for_each, *result.where):
                continue
            what = f"`{kpi.name}` has no total over its accounts, as people are never added up"
            remedy = "write `where: {account: …}`, or `for_each: account`"
            yield Place(file.name, file.tree, number).fault("kpi", what, remedy)


def goals(
    loaded: Loaded,
    declared: DeclaredKpis,
    indexes: Mapping[str, KpiIndex],
    names: Collection[str],
    policy: Policy | None = None,
) -> Iterator[str]:
    """Each goal and measure of the files of these names as a sentence, and whether its objective is aligned only."""
    ids = {objective.id for objective in loaded.objectives}
    contributing = contributions(loaded.objectives)
    for objective in loaded.objectives:
        if loaded.files[objective.id].name in names:
            for result in objective.key_results:
                name = result.kpi or ""
                kpi = declared.kpis.get(name)
                before = measured(objective, result, indexes.get(name))
                goal = asked(objective, result, indexes)
                words = sentence(objective, result, kpi, before, goal, policy)
                if name in declared.broken and kpi is None:
                    words = f"its KPI `{name}` is broken: see {declared.broken[name]}"
                if name in loaded.lacking_kpis:
                    words = f"it has no figures: {loaded.lacking_kpis[name]}"
                if objective.parent in ids and objective.id not in contributing:
                    words = f"{words}; aligned only"
                yield f"{objective.key_result_id(result)}: {words}"
            for measure in objective.measures:
                yield f"{objective.id}: {measure_sentence(measure)}"


def asked(objective: Objective, result: KeyResult, indexes: Mapping[str, KpiIndex]) -> Goal | None:
    """The goal with the number that a budget gives for all of its days; None of any other goal."""
    if not result.kpi_targets or result.for_each or result.per or result.over:
        return None
    numbers = asked_numbers(result, indexes, objective.period.fiscal_year)
    goal, _, _ = numbers.over(objective.period.start, objective.deadline(result))
    return goal


def measured(objective: Objective, result: KeyResult, index: KpiIndex | None) -> KpiReading | None:
    """The level before the period that `from: measured` means; None where there are no figures."""
    if result.baseline != MEASURED or index is None:
        return None
    view = KpiView(index, result.where, objective.period.fiscal_year)
    through = index.data_through
    if through is None:
        return None
    reading = read_baseline(view, objective.period, result.over, through)
    if reading.label or index.kpi.behaviour.is_level:
        return reading
    return replace(reading, label=previous(objective.period).label)


def schema(files: Sequence[Path]) -> str:
    """The JSON Schema of an OKR file, of a file of KPIs or of sources.yml. Raises `NotAnOkrFileError`."""
    schemas = {"": json_schema, "kpis": yaml_kpis_schema, "sources": sources_schema}
    name = ", ".join(file.as_posix() for file in files)
    if name not in schemas:
        remedy = "write `--schema`, `--schema kpis` or `--schema sources`"
        raise NotAnOkrFileError(f"there is no schema of {name}; {remedy}")
    return json.dumps(schemas[name](), indent=2)
