"""Reads the check-ins of this installation.

They are YAML and sheets in `check_ins/`, beside the folder of the OKR files, and the sheets that were pulled.
"""

from collections.abc import Mapping
from pathlib import Path

from connectors.check_ins import SOURCE
from connectors.lake.store import LakeError
from pipelines.inputs.check_in_sheets import SUFFIXES, tree_of_sheet
from pipelines.inputs.contents import contents_of
from pipelines.inputs.pulled_check_ins import PulledSheet, pulled_sheets
from pipelines.okr.definition.check_ins import CheckIn, read_check_ins
from pipelines.okr.definition.faults import Fault, unreadable
from pipelines.okr.definition.loading import Loaded
from pipelines.okr.definition.yaml_tree import Tree, TreeError
from pipelines.settings import Settings


def check_in_files(settings: Settings) -> list[Path]:
    """The files, sorted by name; none where there is no such folder."""
    folder = settings.check_ins_path
    return sorted(
        path
        for suffix in (".yml", ".yaml", *SUFFIXES)
        for path in folder.glob(f"*{suffix}")
        # a spreadsheet program keeps a file of this name while the sheet is open
        if not path.name.startswith((".", "~$"))
    )


def check_ins_of(settings: Settings, loaded: Loaded) -> tuple[list[CheckIn], list[Fault]]:
    """The sound check-ins by day, and the faults of the others."""
    contents, closed = contents_of(check_in_files(settings))
    files: dict[str, bytes | str | Tree] = {}
    for name, content in contents.items():
        try:
            files[name] = tree_of_sheet(content, name) if name.endswith(SUFFIXES) else content
        except TreeError as error:
            closed.append(unreadable(name, error))
    pulled, lost = _pulled(settings)
    names = {
        objective.key_result_id(result)
        for objective in loaded.objectives
        for result in objective.key_results
    }
    sound, faults = read_check_ins(
        {**files, **{name: sheet.tree for name, sheet in pulled.items()}},
        None if loaded.faults else names,
        settings.today(),
        {name: sheet.read_on for name, sheet in pulled.items()},
    )
    return sound, [*closed, *lost, *faults]


def _pulled(settings: Settings) -> tuple[Mapping[str, PulledSheet], list[Fault]]:
    try:
        return pulled_sheets(settings), []
    except LakeError as error:
        what = f"the check-ins that were pulled cannot be read: {error.message}"
        return {}, [Fault(SOURCE.name, 1, what, error.remedy)]
