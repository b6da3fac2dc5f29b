"""Removes what killed and failed runs left behind: half-written files, DuckDB's spilled rows, dbt's folders.

A file is written beside its place under a hidden name that ends with .tmp (`connectors.lake.atomic_files`), with
DuckDB's write-ahead log beside it. A run at work may need one that is younger than a day.
"""

import logging
import os
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.settings import Settings
from pipelines.warehouse.dbt_build import RUN_FOLDER
from pipelines.warehouse.project import project_of

KEPT = timedelta(days=1)
LEFT_OVER = re.compile(r"\..+\.tmp(\.wal|\.tmp)?|.+\.duckdb\.tmp|printing-.+")
"""The names of temporary files, of DuckDB's folders for what it spills, and of the board's drafts."""
SWEPT_BY_OTHERS = re.compile(r"month=.+|window=.+|dagster")
"""Folders of which the lake and `run_records` take care."""
_log = logging.getLogger(__name__)


def remove_leftovers(settings: Settings) -> int:
    """Remove what is older than a day, in OKRA_HOME, in a lake in a folder, and of dbt's. Returns how many.

    Of dbt's folders the newest stays, to see why the last run failed. Raises nothing: a run must not fail because
    something stays.
    """
    before = datetime.now(UTC) - KEPT
    removed = 0
    try:
        lake = settings.lake_location
        roots = {
            settings.home_path,
            settings.state_path,
            *([lake] if isinstance(lake, Path) else []),
        }
        folders = sorted(project_of(settings).target.glob(f"{RUN_FOLDER}*"), key=modified)
        for path in [*(x for root in sorted(roots) for x in leftovers(root)), *folders[:-1]]:
            if path.exists() and modified(path) < before:
                remove(path)
                removed += 1
    except OSError:
        _log.warning("what earlier runs left behind could not be removed", exc_info=True)
    return removed


def leftovers(root: Path) -> Iterator[Path]:
    """The files and folders below `root` that are temporary by their names."""
    for folder, folders, files in os.walk(root):
        names = [name for name in (*folders, *files) if LEFT_OVER.fullmatch(name)]
        yield from (Path(folder, name) for name in names)
        folders[:] = [x for x in folders if x not in names and not SWEPT_BY_OTHERS.fullmatch(x)]


def modified(path: Path) -> datetime:
    """When a file or folder was written last."""
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def remove(path: Path) -> None:
    """Remove a file, or a folder with all that is in it."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
