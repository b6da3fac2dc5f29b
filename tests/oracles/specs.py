"""Where the vendors' own documents are, if someone keeps them beside the project. They are no part of it."""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

BESIDE = Path("shared") / "specs"
FOLDER = Path(
    os.environ.get("OKRA_VENDOR_SPECS")
    or next((x / BESIDE for x in Path(__file__).parents if (x / BESIDE).is_dir()), BESIDE)
)


@cache
def document(name: str) -> Any:
    """A document of the folder. Skips the test where it is not there."""
    path = FOLDER / name
    if not path.exists():
        pytest.skip(
            f"the vendor's document {name} is not beside the project: set OKRA_VENDOR_SPECS"
        )
    return json.loads(path.read_text())
