"""The folder of the pictures, and their maximum size."""

from pathlib import Path

from pipelines.settings import BUILT_IN

FOLDER = BUILT_IN / "docs" / "images"
MAX_BYTES = 300_000
"""Pictures stay small because every clone of the repository contains them."""


def checked(target: Path) -> Path:
    """The picture. Raises SystemExit when it is too large."""
    if target.stat().st_size > MAX_BYTES:
        raise SystemExit(f"{target.name} has {target.stat().st_size:,} bytes; make it smaller")
    return target
