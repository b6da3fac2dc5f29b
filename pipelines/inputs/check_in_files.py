"""Reads the check-ins of this installation: `check_ins/*.yml`, beside the folder of the OKR files."""

from pathlib import Path

from pipelines.inputs.contents import contents_of
from pipelines.okr.definition.check_ins import CheckIn, read_check_ins
from pipelines.okr.definition.faults import Fault
from pipelines.okr.definition.loading import Loaded
from pipelines.settings import Settings


def check_in_files(settings: Settings) -> list[Path]:
    """The files, sorted by name; none where there is no such folder."""
    folder = settings.check_ins_path
    return sorted(
        path
        for suffix in ("yml", "yaml")
        for path in folder.glob(f"*.{suffix}")
        if not path.name.startswith(".")
    )


def check_ins_of(settings: Settings, loaded: Loaded) -> tuple[list[CheckIn], list[Fault]]:
    """The sound check-ins by day, and the faults of the others."""
    contents, closed = contents_of(check_in_files(settings))
    names = {
        f"{objective.id}/{result.id}"
        for objective in loaded.objectives
        for result in objective.key_results
    }
    sound, faults = read_check_ins(contents, None if loaded.faults else names, settings.today())
    return sound, [*closed, *faults]
