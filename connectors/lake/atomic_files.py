"""Writing a file so that whoever looks finds the old one or the new one, and after a power cut too."""

import os
import uuid
from collections.abc import Callable
from pathlib import Path


def replace(path: Path, write: Callable[[Path], object]) -> None:
    """Have `write` fill a temporary file beside `path`, put it safely on disk, and rename it to `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        try:
            write(temporary)
        except FileNotFoundError:  # another process has removed the folder, as it was empty
            path.parent.mkdir(parents=True, exist_ok=True)
            write(temporary)
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
