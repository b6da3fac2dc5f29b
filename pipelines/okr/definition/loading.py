"""From the text of definition files to objectives, and to the faults of those that are broken.

Nothing is scored from a broken file, and the others still are. An objective whose parent stands in
a broken file keeps the name of its parent and is scored as a root until that file is mended.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from pydantic import ValidationError

from pipelines.okr.definition.checks import KnownKpis, Place, key_result_faults
from pipelines.okr.definition.definitions import KeyResult, Objective
from pipelines.okr.definition.faults import Fault, blank_faults, form_faults, unreadable
from pipelines.okr.definition.field_types import MEASURED
from pipelines.okr.definition.lineage import ReadFile, lineage_faults
from pipelines.okr.definition.measures import Measure, measure_faults
from pipelines.okr.definition.yaml_tree import Tree, TreeError, read_tree
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.periods import CALENDAR_YEAR, FiscalYear, Period, PeriodError, parse_period

_ID_LINE = re.compile(r"^id:[ \t]*[\"']?([a-z0-9][a-z0-9_-]*)", re.MULTILINE)
_NO_DEADLINE = ("no deadline", "add `by:` with a day, or give the objective a `period`")


@dataclass(frozen=True, slots=True)
class Loaded:
    """The objectives of the sound files, sorted by id, and the faults of the others, by place.

    `files` has the file of each objective, by its id. `lacking_kpis` are the KPIs that key results name and nothing
    computes, each with what is wrong with its name; such a key result has no data.
    """

    objectives: tuple[Objective, ...]
    faults: tuple[Fault, ...]
    files: Mapping[str, ReadFile] = field(default_factory=dict)
    lacking_kpis: Mapping[str, str] = field(default_factory=dict)


def load(
    files: Mapping[str, bytes | str],
    kpis: Mapping[str, Kpi],
    fiscal_year: FiscalYear = CALENDAR_YEAR,
    *,
    broken_kpis: Collection[str] = (),
    off_kpis: Mapping[str, Collection[str]] | None = None,
) -> Loaded:
    """Read every definition file against the KPIs that exist.

    Args:
        files: the content of each file by the name to show in its faults; one objective a file.
        kpis: the KPIs by name.
        fiscal_year: when the fiscal year starts, and by what it is named.
        broken_kpis: the KPIs whose own declarations are at fault. A key result may name them: it has no data then.
        off_kpis: the KPIs that no source feeds, each with the sources that it lacks.
    """
    known = KnownKpis(kpis, broken_kpis, off_kpis or {})
    faults: set[Fault] = set()
    read: list[ReadFile] = []
    for name in sorted(files):
        file, own = _read_file(name, files[name], known, fiscal_year)
        read.append(file)
        faults.update(own)
    faults.update(lineage_faults(read))
    broken = {fault.file for fault in faults if fault.stops_file}
    sound = {file.objective.id: file for file in read if file.objective and file.name not in broken}
    objectives = [file.objective for _, file in sorted(sound.items()) if file.objective]
    named = {result.kpi for x in objectives for result in x.key_results if result.kpi}
    lacking = {name: "; ".join(finding) for name in named if (finding := known.lacks(name))}
    return Loaded(tuple(objectives), tuple(sorted(faults)), sound, lacking)


def _read_file(
    name: str, content: bytes | str, kpis: KnownKpis, fiscal_year: FiscalYear
) -> tuple[ReadFile, list[Fault]]:
    try:
        tree = read_tree(content)
    except TreeError as error:
        text = content if isinstance(content, str) else content.decode("utf-8", errors="replace")
        claim = _ID_LINE.search(text)
        claimed = claim[1] if claim else None
        return ReadFile(name, Tree(), claimed, None), [unreadable(name, error)]
    shape = _shape_fault(name, tree)
    if shape is not None:
        return ReadFile(name, tree, None, None), [shape]
    objective, faults = _form(name, tree, fiscal_year)
    faults += _meaning(name, tree, kpis, fiscal_year)
    faults += _measures(name, tree, kpis)
    blanks = blank_faults(name, tree)
    lines = {fault.line for fault in blanks}
    faults = blanks + [fault for fault in faults if fault.line not in lines]
    claimed_id = tree.at("id")
    claimed = claimed_id if isinstance(claimed_id, str) else None
    is_stopped = any(fault.stops_file for fault in faults)
    sound = None if is_stopped or objective is None else with_baselines(objective, kpis.sound)
    return ReadFile(name, tree, claimed, sound), faults


def with_baselines(objective: Objective, kpis: Mapping[str, Kpi]) -> Objective:
    """The objective in which each level starts where it was measured, unless its file says otherwise."""
    results = tuple(
        result.model_copy(update={"baseline": MEASURED}) if starts_measured(result, kpi) else result
        for result, kpi in (
            (result, kpis.get(result.kpi or "")) for result in objective.key_results
        )
    )
    return objective.model_copy(update={"key_results": results})


def starts_measured(result: KeyResult, kpi: Kpi | None) -> bool:
    """Whether it is a level without `from`: a stock, a ratio, or what is compared over whole windows."""
    if kpi is None or result.baseline is not None or result.per or result.between:
        return False
    is_level = not (kpi.accumulates or kpi.behaviour.reported_by_period)
    return is_level or result.over is not None


def _shape_fault(name: str, tree: Tree) -> Fault | None:
    if isinstance(tree.data, dict):
        return None
    if tree.data is None:
        return Fault(name, 1, "the file is empty", "write `objective:`, `id:`, `period:` …")
    if isinstance(tree.data, list):
        return Fault(name, tree.line(()), "a list of objectives", "write one file an objective")
    return Fault(name, tree.line(()), "not an objective", "write `objective:`, `id:`, `period:` …")


def _form(name: str, tree: Tree, fiscal_year: FiscalYear) -> tuple[Objective | None, list[Fault]]:
    try:
        context = {"fiscal_year": fiscal_year}
        return Objective.model_validate(tree.data, context=context), []
    except ValidationError as error:
        return None, _without_deadline_twice(form_faults(name, tree, error, Objective), tree)


def _without_deadline_twice(faults: list[Fault], tree: Tree) -> list[Fault]:
    """Drop `no period` where each key result already says that it lacks a deadline."""
    listed = tree.at("key_results")
    undated = isinstance(listed, list) and any(_undated(item) for item in listed)
    return [fault for fault in faults if not (undated and fault.what == "no `period`")]


def _undated(item: object) -> bool:
    return isinstance(item, dict) and not item.get("by") and not item.get("milestone")


def _meaning(name: str, tree: Tree, kpis: KnownKpis, fiscal_year: FiscalYear) -> list[Fault]:
    """The faults of each key result, those of a file whose other parts are broken included."""
    results = tree.at("key_results")
    if not isinstance(results, list):
        return []
    period = _period_of(tree, fiscal_year)
    faults: list[Fault] = []
    for index, item in enumerate(results):
        place = Place(name, tree, index)
        if tree.at("period") is None and _undated(item):
            faults.append(place.fault("", *_NO_DEADLINE))
        try:
            result = KeyResult.model_validate(item, context={"fiscal_year": fiscal_year})
        except ValidationError:
            continue  # reported by the form of the whole file
        faults.extend(key_result_faults(place, result, period, kpis))
    return faults + list(_repeated_ids(name, tree, results))


def _measures(name: str, tree: Tree, kpis: KnownKpis) -> Iterator[Fault]:
    """The faults of each measure that is well formed."""
    written = tree.at("measures")
    begun: dict[tuple[object, ...], int] = {}
    for index, item in enumerate(written if isinstance(written, list) else ()):
        try:
            measure = Measure.model_validate(item)
        except ValidationError:
            continue  # reported by the form of the whole file
        line = tree.line(("measures", index))
        said = f"measure `{measure.what}`"
        if finding := kpis.unknown(measure.kpi):
            where, (what, remedy) = tree.line(("measures", index, "kpi")), finding
            yield Fault(name, where, f"{said}: {what}", remedy, stops_file=False)
        for key, what, remedy in measure_faults(measure, kpis.sound):
            yield Fault(name, tree.line(("measures", index, key)), f"{said}: {what}", remedy)
        first = begun.setdefault((measure.what, measure.start), line)
        if first != line:
            what = f"the measure `{measure.what}` of {measure.start} is also that of line {first}"
            yield Fault(name, line, what, "give one of them another name")


def _period_of(tree: Tree, fiscal_year: FiscalYear) -> Period | None:
    written = tree.at("period")
    try:
        return parse_period(written, fiscal_year) if written is not None else None
    except PeriodError:
        return None


def _repeated_ids(name: str, tree: Tree, results: list[object]) -> Iterator[Fault]:
    first_line: dict[object, int] = {}
    for index in range(len(results)):
        own = tree.at("key_results", index, "id")
        line = tree.line(("key_results", index, "id"))
        if isinstance(own, str) and own in first_line:
            what = f"the key result id `{own}` is also that of line {first_line[own]}"
            yield Fault(name, line, what, "give one of them another id")
        else:
            first_line[own if isinstance(own, str) else index] = line
