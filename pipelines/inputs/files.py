"""Files that a person wrote: what each is called in a message, and what is in it."""

import os
from pathlib import Path

from pipelines.okr.definition.yaml_tree import TreeError
from pipelines.settings import ROOT


def shown(path: Path) -> str:
    """A path as a person would type it: from the project, where it is inside."""
    return os.path.relpath(path, ROOT) if path.is_relative_to(ROOT) else str(path)


def content_of(path: Path) -> bytes:
    """The content of a file. Raises `TreeError` when it cannot be opened."""
    try:
        return path.read_bytes()
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        remedy = "make it a file that Okra may read, or remove it"
        raise TreeError(1, f"cannot be opened ({reason})", remedy) from None
