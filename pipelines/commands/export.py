"""`okra export`: write the KPIs as datasets and metrics of another tool."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from connectors.lake.atomic_files import replace
from pipelines.commands.console import Output
from pipelines.errors import OkraError
from pipelines.publishing.exports.datasets import read_datasets
from pipelines.publishing.exports.metabase import metabase_files
from pipelines.publishing.exports.metricflow import metricflow_files
from pipelines.publishing.exports.superset import superset_files
from pipelines.settings import Settings

WRITTEN = ".okra-export.json"
"""The files of an export that Okra wrote into the folder, each with the SHA-256 of what it wrote."""


class ExportError(OkraError):
    """The folder has a file that Okra did not write, or that somebody changed."""


def export(settings: Settings, tool: str, folder: Path, output: Output, *, dry_run: bool) -> None:
    """Write the files for `tool` (metabase, metricflow, superset) into `folder`; with `ExportError`, none of them."""
    published = settings.published_path
    datasets = read_datasets(published)
    path = published.resolve()
    files = {
        "metabase": lambda: metabase_files(datasets, path),
        "metricflow": lambda: metricflow_files(datasets),
        "superset": lambda: superset_files(datasets, path),
    }[tool]()
    stale = write(files, folder, dry_run=dry_run)
    if output.as_json:
        output.json({"folder": str(folder), "files": sorted(files), "removed": stale})
        return
    for place in sorted(files):
        output.note(f"{'would write' if dry_run else 'wrote'} {folder / place}")
    for place in stale:
        output.note(f"{'would remove' if dry_run else 'removed'} {folder / place}")


def write(files: Mapping[str, str], folder: Path, *, dry_run: bool) -> list[str]:
    """Write the files, and remove those of the export before that are no longer part of it, which it returns."""
    if folder.exists() and not folder.is_dir():
        raise ExportError(f"{folder} is a file; name a folder with --to")
    before = _written(folder)
    for place in sorted({*files, *before}):
        path = folder / place
        if path.exists() and (not path.is_file() or _sum(path.read_bytes()) != before.get(place)):
            raise ExportError(
                f"{path} was not written by `okra export`, or was changed since; "
                "move it away, or choose another folder"
            )
    stale = sorted(place for place in set(before) - set(files) if (folder / place).exists())
    if dry_run:
        return stale
    sums = {place: _sum(text.encode()) for place, text in files.items()}
    for place, text in files.items():
        _replace(folder / place, text)
    for place in stale:
        (folder / place).unlink()
    _replace(folder / WRITTEN, json.dumps(sums, indent=2, sort_keys=True) + "\n")
    return stale


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    replace(path, lambda temporary: temporary.write_bytes(text.encode()))


def _written(folder: Path) -> Mapping[str, str]:
    """What an earlier export wrote here. Raises `ExportError` where the list cannot be read."""
    path = folder / WRITTEN
    if not path.exists():
        return {}
    try:
        sums = dict(json.loads(path.read_text("utf-8")))
    except (ValueError, TypeError):
        raise ExportError(f"{path} cannot be read; choose another folder") from None
    inside = folder.resolve()
    if any(not (folder / str(place)).resolve().is_relative_to(inside) for place in sums):
        raise ExportError(f"{path} names files outside of its folder; choose another folder")
    return sums


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
