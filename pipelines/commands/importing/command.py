"""`okra import`: OKR files from an export of another tool; a file that is there stays as it is."""

from functools import partial
from pathlib import Path

from connectors.lake.atomic_files import replace
from connectors.sdk.sheets.files import grid_of
from pipelines.commands.console import Output
from pipelines.commands.importing.mapping import MappingError, read_mapping
from pipelines.commands.importing.reading import import_rows
from pipelines.inputs.contents import contents_of
from pipelines.inputs.day import Day
from pipelines.inputs.okr_files import definition_files
from pipelines.okr.definition.loading import load
from pipelines.okr.definition.written import yaml_text
from pipelines.settings import Settings, shown


def import_okrs(
    settings: Settings, file: Path, mapping_file: Path, output: Output, *, dry_run: bool
) -> bool:
    """Write the OKR files of an export, and name every cell that could not be mapped. Returns whether none is left.

    Raises `MappingError` and `Rejected`, with nothing written.
    """
    mapping = read_mapping(mapping_file)
    try:
        content = file.read_bytes()
    except OSError as error:
        raise MappingError(f"{file} cannot be read: {error.strerror}") from None
    day = Day(settings, settings.today())
    header = {name.casefold() for name in mapping.columns.values()}
    grid = grid_of(content, file.name, header=header)
    imported = import_rows(grid, mapping, day.kpis, settings.fiscal_year)
    contents, _ = contents_of(definition_files(settings))
    ids = {objective.id for objective in day.loaded.objectives}
    written, kept = 0, []
    for new_id, objective in imported.objectives.items():
        path = settings.definitions_path / f"{new_id}.yml"
        if path.exists() or new_id in ids:
            kept.append(new_id)
            continue
        text, place = yaml_text(objective), shown(path)
        faults = [
            fault
            for fault in load({**contents, place: text}, day.kpis, settings.fiscal_year).faults
            if fault.file == place
        ]
        if faults:
            output.warn(f"{new_id} is not written: {faults[0].what}; {faults[0].remedy}")
            continue
        if not dry_run:
            replace(path, partial(_write, text))
        output.note(f"{'would write' if dry_run else 'wrote'} {place}")
        written += 1
    if output.as_json:
        output.json(
            {
                "rows": imported.rows,
                "objectives": list(imported.objectives),
                "there_already": kept,
                "unmapped": [
                    {"row": x.row, "column": x.column, "cell": x.cell, "why": x.what}
                    for x in imported.unmapped
                ],
            }
        )
    else:
        for cell in imported.unmapped:
            output.out.print(str(cell), markup=False, highlight=False, soft_wrap=True)
    for new_id in kept:
        output.note(f"{new_id} is there already, and stays as it is")
    output.note(
        f"{_counted(imported.rows, 'row')}: {_counted(imported.key_results, 'key result')} of "
        f"{_counted(len(imported.objectives), 'objective')}, {_counted(written, 'file')} "
        f"{'to write' if dry_run else 'written'}, {_counted(len(imported.unmapped), 'cell')} not mapped"
    )
    return not imported.unmapped


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def _write(text: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8")
