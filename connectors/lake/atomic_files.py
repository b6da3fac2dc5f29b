"""Writing a file so that whoever looks finds the old one or the new one, and after a power cut too."""

import os
import uuid
from collections.abc import Callable
from pathlib import Path

_TRIES = 20


def replace(path: Path, write: Callable[[Path], object]) -> None:
    """Have `write` fill a temporary file beside `path`, put it safely on disk, and rename it to `path`."""
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        for attempt in range(1, _TRIES + 1):
            make_folder(path.parent)
            try:
                write(temporary)
                break
            except FileNotFoundError:  # another process has removed the folder, as it was empty
                if attempt == _TRIES:
                    raise
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """Make a folder that another process may remove meanwhile because it is empty."""
    while True:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            return
        except FileExistsError:
            # Python says so too where the folder is removed while it looks whether it is one
            if folder.exists() and not folder.is_dir():
                raise
