"""Files that a person wrote: what is in them, or why that cannot be read."""

import stat
from pathlib import Path

from pipelines.okr.definition.yaml_tree import TreeError


def content_of(path: Path) -> bytes:
    """The content of a file. Raises `TreeError` when it cannot be opened."""
    try:
        # a pipe would be waited for, a device read without an end
        kind = path.stat().st_mode
        if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
            raise TreeError(1, "is no file", "make it a file that Okra may read, or remove it")
        return path.read_bytes()
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        remedy = "make it a file that Okra may read, or remove it"
        raise TreeError(1, f"cannot be opened ({reason})", remedy) from None
