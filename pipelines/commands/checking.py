"""`okra check`: the faults of the OKR files and of the KPIs' declarations."""

import json
from collections.abc import Sequence
from pathlib import Path

from pipelines.commands.console import Output
from pipelines.errors import OkraError
from pipelines.inputs.day import Day
from pipelines.inputs.files import shown
from pipelines.inputs.okr_files import definition_files
from pipelines.okr.definition.definitions import json_schema
from pipelines.settings import Settings


class NotAnOkrFileError(OkraError):
    """A file was named that is not one of the OKR files."""


def check(settings: Settings, files: Sequence[Path], output: Output) -> bool:
    """Show each fault of `files`; when none is named, of all OKR and KPI files. Returns whether there is none."""
    known = {path.resolve(): shown(path) for path in definition_files(settings)}
    names = {known[file.resolve()] for file in files if file.resolve() in known}
    unknown = [str(file) for file in files if file.resolve() not in known]
    if unknown:
        raise NotAnOkrFileError(
            f"{', '.join(unknown)} is not in {shown(settings.definitions_path)}; OKR files stand there"
        )
    day = Day(settings, settings.today())
    faults = [fault for fault in day.faults if not names or fault.file in names]
    if output.as_json:
        output.json(
            [{"file": f.file, "line": f.line, "fault": f.what, "remedy": f.remedy} for f in faults]
        )
    else:
        for fault in faults:
            output.warn(str(fault))
        count = len(names or known)
        if not faults:
            output.note(f"{count} OKR {'file' if count == 1 else 'files'}, no fault")
    return not faults


def schema() -> str:
    """The JSON Schema of an OKR file."""
    return json.dumps(json_schema(), indent=2)
