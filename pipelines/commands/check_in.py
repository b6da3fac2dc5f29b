"""`okra check-in`: what a person says of a key result, appended to a file of `check_ins/`."""

from collections.abc import Mapping
from datetime import date

import yaml

from connectors.lake.atomic_files import replace
from pipelines.commands.console import Output
from pipelines.errors import OkraError
from pipelines.inputs.day import Day
from pipelines.okr.definition.check_ins import read_check_ins
from pipelines.okr.definition.yaml_tree import TreeError, decoded
from pipelines.settings import Settings, shown
from pipelines.settings.written_files import content_of


class CheckInError(OkraError):
    """The check-in cannot be kept; the text says why."""


def check_in(
    settings: Settings, said: Mapping[str, str], day: date, output: Output, *, dry_run: bool
) -> None:
    """Append what was `said`, by the keys of a check-in, to the file of its year. Raises `CheckInError`."""
    played = Day(settings, settings.today())
    objectives = {objective.id: objective for objective in played.loaded.objectives}
    names = [f"{o.id}/{result.id}" for o in objectives.values() for result in o.key_results]
    name = full_name(said["key_result"], names)
    owner = objectives[name.partition("/")[0]].owner if name in names else None
    entry = {
        "key_result": name,
        "day": day.isoformat(),
        "by": said["by"] or owner or "",
        **{key: said[key] for key in ("confidence", "note", "decision")},
    }
    text = yaml.safe_dump(
        [{key: value for key, value in entry.items() if value}],
        sort_keys=False,
        allow_unicode=True,
        width=1000,
    )
    path = settings.check_ins_path / f"{day.year}.yml"
    try:
        before = decoded(content_of(path)).rstrip() if path.exists() else ""
    except TreeError as error:
        raise CheckInError(f"{shown(path)}:{error.line}: {error.what}; {error.remedy}") from None
    joint = f"{before}\n{text}" if before else text
    _, faults = read_check_ins({shown(path): joint.encode()}, names, settings.today())
    own = [fault for fault in faults if fault.line > len(before.splitlines())]
    if own:
        raise CheckInError(f"{own[0].what}; {own[0].remedy}")
    if not dry_run:
        replace(path, lambda temporary: temporary.write_text(joint, encoding="utf-8"))
    output.note(f"{'would write' if dry_run else 'wrote'} into {shown(path)}:")
    output.note(text.rstrip())


def full_name(written: str, names: list[str]) -> str:
    """The key result that is meant: its whole name, or its own id where that is unique."""
    matches = [name for name in names if name.partition("/")[2] == written]
    if written in names or len(matches) != 1:
        return written
    return matches[0]
