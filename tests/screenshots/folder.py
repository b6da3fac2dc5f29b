"""Where pictures go, and how large one may be."""

from pathlib import Path

from pipelines.settings import ROOT

FOLDER = ROOT / "docs" / "images"
LARGEST = 300_000
"""Bytes that a picture may have: everyone who clones the repository gets it."""


def checked(target: Path) -> Path:
    """The picture. Raises SystemExit when it is larger than it may be."""
    if target.stat().st_size > LARGEST:
        raise SystemExit(f"{target.name} has {target.stat().st_size:,} bytes; make it smaller")
    return target
