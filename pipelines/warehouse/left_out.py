"""What of the dbt project cannot be parsed is left out, so that the rest can be.

dbt stops at the first file that it cannot parse. That file is left out with all that read it, and the project is parsed
again, in a mirror: a folder of links to the project with a `.dbtignore` that names what is left out. The project's own
folder may be read-only.
"""

import json
import re
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pipelines.errors import OkraError
from pipelines.warehouse.core_models import core_files
from pipelines.warehouse.dbt_messages import files_named, files_with_variable, sentence_of
from pipelines.warehouse.project_files import (
    described_with,
    names_in,
    place_of,
    project_files,
    readers_of,
    unreadable,
)

MAX_FAULTS = 20
"""Faults after which parsing is given up: each takes another parse, which takes seconds."""
MIRRORED = ("dbt_project.yml", "profiles.yml", "macros", "models", "tests")

Parse = Callable[[Path, Sequence["LeftOut"]], str | None]
"""Has dbt parse the project in a folder without what is left out. Returns dbt's message where it cannot."""


class ModelsError(OkraError):
    """The dbt project cannot be read; the text is dbt's own."""


@dataclass(frozen=True)
class LeftOut:
    """A fault of the project, and what is left out because of it.

    `place` is the file and line to mend; `files` are below the project's root; `models` are left out or missing.
    """

    sentence: str
    place: str
    files: tuple[str, ...]
    models: tuple[str, ...]


def parse_what_can_be(root: Path, mirror: Path, parse: Parse) -> list[LeftOut]:
    """Parse the project at `root` without what cannot be parsed. Returns what was left out.

    Raises `ModelsError` with dbt's sentence where a model fails that everything stands on, or no file is named.
    """
    faults: list[LeftOut] = []
    for _ in range(MAX_FAULTS):
        message = parse(make_mirror(root, mirror, faults), faults)
        if message is None:
            return faults
        faults = with_fault(root, message, faults)
    raise ModelsError(f"dbt cannot read the models: {sentence_of(message or '')}")


def make_mirror(root: Path, mirror: Path, faults: Sequence[LeftOut]) -> Path:
    """The folder of the project without what is left out: its own where nothing is."""
    if mirror.exists():
        shutil.rmtree(mirror)
    if not faults:
        return root
    mirror.mkdir(parents=True)
    for name in MIRRORED:
        if (root / name).exists():
            (mirror / name).symlink_to(root / name)
    ignored = sorted(file for fault in faults for file in fault.files)
    # patterns as git has them
    lines = ["/" + re.sub(r"([\\*?\[\] !#])", r"\\\1", file) for file in ignored]
    (mirror / ".dbtignore").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return mirror


def with_fault(root: Path, message: str, faults: Sequence[LeftOut]) -> list[LeftOut]:
    """The faults with the one of which dbt's `message` tells. Raises `ModelsError` where nothing can be left out."""
    gone = {name for fault in faults for name in (*fault.files, *fault.models)}
    present = [file for file in project_files(root) if file not in gone]
    missing = re.search(r"depends on a (node|source) named '([^']+)'", message)
    fault = (
        missing_fault(root, message, present, *missing.groups())
        if missing
        else file_fault(root, message, present)
    )
    # what reads a model that is left out already has no fault of its own
    cause = next((known for known in faults if missing and missing[2] in known.models), None)
    if cause:
        fault = replace(cause, files=(*cause.files, *fault.files))
    whole = with_readers(root, fault)
    if gone.issuperset((*whole.files, *whole.models)):
        where = f"{whole.place}: " if whole.place else ""
        raise ModelsError(f"dbt cannot read the models: {where}{whole.sentence}")
    return [*(known for known in faults if known is not cause), whole]


def missing_fault(
    root: Path, message: str, present: Sequence[str], kind: str, name: str
) -> LeftOut:
    """A model or a source that is not there: all that read it are left out, and what is core does without it."""
    is_model = kind == "node"
    own = [file for file in present if is_model and Path(file).stem == name]
    if own:
        return disabled_fault(root, name, own)
    named = files_named(message, present)
    readers = readers_of(root, present, {name} if is_model else set(), "" if is_model else name)
    # dbt names any one of the readers; the first of them all is the same in each parse
    files = sorted({*named, *readers})
    left_out = [file for file in files if file not in core_files(root)]
    place = (left_out or files)[:1]
    return LeftOut(
        sentence_of(message),
        place_of(root, place[0], name.split(".")[-1]) if place else name,
        tuple(left_out),
        (name,) if is_model else (),
    )


def disabled_fault(root: Path, name: str, own: Sequence[str]) -> LeftOut:
    """A model that has files and is none of the project's, because its configuration says so: `own` are its files."""
    places = [place_of(root, file, "enabled") for file in own]
    place = next((place for place in places if ":" in place), places[0])
    files = tuple(file for file in own if file not in core_files(root))
    return LeftOut(
        f"it is disabled; remove `enabled`, or delete {name} and what reads it", place, files, ()
    )


def file_fault(root: Path, message: str, present: Sequence[str]) -> LeftOut:
    """A file that dbt cannot parse: named in its message, or found where it names none."""
    named = (
        files_named(message, present)
        or files_with_variable(root, message, present)
        or unreadable(root, present)[:1]  # each is a fault of its own
    )
    files = [file for file in named if file not in core_files(root)]
    line = re.search(r"\bline (\d+)", message)
    place = "".join((files or named)[:1])
    place = f"{place}:{line[1]}" if place and line else place
    return LeftOut(sentence_of(message), place, tuple(files), ())


def with_readers(root: Path, fault: LeftOut) -> LeftOut:
    """The fault with the files beside its own, and with those that read them, and so on."""
    core, present = core_files(root), project_files(root)
    files = set(fault.files)
    while True:
        more = {other for file in files for other in described_with(root, present, file)}
        more |= {
            reader
            for file in files
            if file.endswith((".sql", ".py", ".csv"))
            for reader in readers_of(root, present, {Path(file).stem}, "")
        }
        for file in files:
            if file.endswith((".yml", ".yaml")):
                for source in names_in(root / file, "sources"):
                    more |= set(readers_of(root, present, set(), f"{source}."))
        if more - core <= files:
            break
        files |= more - core
    models = {Path(file).stem for file in files if file.endswith((".sql", ".py", ".csv"))}
    tests = {Path(file).stem for file in files if file.startswith("tests/")}
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
    """What was left out when the project was parsed last."""
    if not path.exists():
        return []
    return [
        LeftOut(row["sentence"], row["place"], tuple(row["files"]), tuple(row["models"]))
        for row in json.loads(path.read_text(encoding="utf-8"))
    ]
