"""What of the dbt project cannot be parsed is left out, so that the rest can be.

dbt stops at the first file that it cannot parse. That file is left out with all that read it, and the project is parsed
again.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pipelines.errors import OkraError
from pipelines.inputs.composition import Composition, is_model, names_in, stem
from pipelines.warehouse.core_models import core_files
from pipelines.warehouse.dbt_messages import files_named, files_with_variable, sentence_of
from pipelines.warehouse.project_files import (
    described_with,
    numbered,
    parsed_files,
    place_of,
    readers_of,
    unreadable,
)

MAX_FAULTS = 20
"""Faults after which parsing is given up: each takes another parse, which takes seconds."""

Parse = Callable[[Composition, Sequence["LeftOut"]], str | None]
"""Has dbt parse a project, from which that was left out. Returns dbt's message where it cannot."""


class ModelsError(OkraError):
    """The dbt project cannot be read; the text is dbt's own."""


@dataclass(frozen=True)
class LeftOut:
    """A fault of the project, and what is left out because of it.

    `place` is the file and line to mend; `files` are places in the project; `models` are left out or missing.
    """

    sentence: str
    place: str
    files: tuple[str, ...]
    models: tuple[str, ...]


def parse_what_can_be(
    project: Composition, parse: Parse, known: Sequence[LeftOut] = ()
) -> list[LeftOut]:
    """Parse the project without what cannot be parsed. Returns what was left out. `known`: what is left out anyway.

    Raises `ModelsError` with dbt's sentence where a model fails that everything stands on, or no file is named.
    """
    faults = list(known)
    for _ in range(MAX_FAULTS):
        message = parse(without(project, faults), faults)
        if message is None:
            return faults
        faults = with_fault(project, message, faults)
    raise ModelsError(f"dbt cannot read the models: {sentence_of(message or '')}")


def without(project: Composition, faults: Iterable[LeftOut]) -> Composition:
    """The project without what is left out."""
    files = {file for fault in faults for file in fault.files}
    return project.without(files) if files else project


def with_fault(project: Composition, message: str, faults: Sequence[LeftOut]) -> list[LeftOut]:
    """The faults with the one of which dbt's `message` tells. Raises `ModelsError` where nothing can be left out."""
    gone = {name for fault in faults for name in (*fault.files, *fault.models)}
    present = [file for file in parsed_files(project) if file not in gone]
    missing = re.search(r"depends on a (node|source) named '([^']+)'", message)
    fault = (
        missing_fault(project, message, present, *missing.groups())
        if missing
        else file_fault(project, message, present)
    )
    # a file that reads a model which is left out has no fault of its own
    cause = next((known for known in faults if missing and missing[2] in known.models), None)
    if cause:
        fault = replace(cause, files=(*cause.files, *fault.files))
    whole = with_readers(project, fault)
    if gone.issuperset((*whole.files, *whole.models)):
        where = f"{whole.place}: " if whole.place else ""
        raise ModelsError(f"dbt cannot read the models: {where}{whole.sentence}")
    return [*(known for known in faults if known is not cause), whole]


def missing_fault(
    project: Composition, message: str, present: Sequence[str], kind: str, name: str
) -> LeftOut:
    """A model or a source that is not there: all that read it are left out, and what is core does without it."""
    is_model = kind == "node"
    own = [file for file in present if is_model and stem(file) == name]
    if own:
        return disabled_fault(project, name, own)
    named = files_named(message, present)
    readers = readers_of(project, present, {name} if is_model else set(), "" if is_model else name)
    # dbt names any one of the readers; the first of them all is the same in each parse
    files = sorted({*named, *readers})
    left_out = [file for file in files if file not in core_files(project)]
    place = (left_out or files)[:1]
    return LeftOut(
        sentence_of(message),
        place_of(project, place[0], name.split(".")[-1]) if place else name,
        tuple(left_out),
        (name,) if is_model else (),
    )


def disabled_fault(project: Composition, name: str, own: Sequence[str]) -> LeftOut:
    """A model that has files and is none of the project's, because its configuration says so: `own` are its files."""
    places = [place_of(project, file, "enabled") for file in own]
    place = next((place for place in places if ":" in place), places[0])
    files = tuple(file for file in own if file not in core_files(project))
    return LeftOut(
        f"it is disabled; remove `enabled`, or delete {name} and what reads it", place, files, ()
    )


def file_fault(project: Composition, message: str, present: Sequence[str]) -> LeftOut:
    """A file that dbt cannot parse: named in its message, or found where it names none."""
    named = (
        files_named(message, present)
        or files_with_variable(project, message, present)
        or unreadable(project, present)[:1]  # each is a fault of its own
    )
    files = [file for file in named if file not in core_files(project)]
    line = re.search(r"\bline (\d+)", message)
    place = next(iter(files or named), "")
    place = numbered(project, place, int(line[1]) if line else 0) if place else ""
    return LeftOut(sentence_of(message), place, tuple(files), ())


def with_readers(project: Composition, fault: LeftOut) -> LeftOut:
    """The fault with the files beside its own, and with those that read them, and so on."""
    core, present = core_files(project), parsed_files(project)
    files = set(fault.files)
    while True:
        more = {other for file in files for other in described_with(project, present, file)}
        more |= {
            reader
            for file in files
            if is_model(file)
            # the rest of a model that reads several would pass for the whole
            for reader in readers_of(project, present, {stem(file)}, "", optional=True)
        }
        for file in files:
            if file.endswith((".yml", ".yaml")):
                for source in names_in(project.text(file), "sources"):
                    more |= set(readers_of(project, present, set(), f"{source}."))
        if more - core <= files:
            break
        files |= more - core
    models = {stem(file) for file in files if is_model(file)}
    tests = {stem(file) for file in files if file.startswith("tests/")}
    return replace(
        fault,
        files=tuple(sorted(files)),
        models=tuple(sorted({*fault.models, *models} - tests)),
    )


def write_left_out(path: Path, faults: Iterable[LeftOut]) -> None:
    """Keep what is left out beside the manifest."""
    text = json.dumps([asdict(fault) for fault in faults], indent=1)
    path.write_text(text + "\n", encoding="utf-8")


def read_left_out(path: Path) -> list[LeftOut]:
    """What was left out when the project was parsed last.

    Nothing where that cannot be read: the project is parsed again before anything is run.
    """
    try:
        return [
            LeftOut(row["sentence"], row["place"], tuple(row["files"]), tuple(row["models"]))
            for row in json.loads(path.read_text(encoding="utf-8"))
        ]
    except (OSError, ValueError, LookupError, TypeError):
        return []
