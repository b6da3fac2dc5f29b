"""The connectors there are: every module or folder of `connectors` that defines `SOURCE`. There is no list to keep."""

import importlib
import pkgutil
from functools import cache
from pathlib import Path

import connectors
from connectors.sdk.contract import Source
from connectors.sdk.former_names import accept_former_names

ROOMS = frozenset({"lake", "sandbox", "sdk"})
"""The folders of `connectors` that are no source."""


@cache
def sources() -> dict[str, Source]:
    """Every source by name, in the order of the names.

    A small source is one file, `connectors/<name>.py`; a larger one is a folder, with its `SOURCE` in `source.py`.
    """
    accept_former_names()
    declared: dict[str, Source] = {}
    for module in pkgutil.iter_modules(connectors.__path__):
        if module.name in ROOMS:
            continue
        name = f"connectors.{module.name}.source" if module.ispkg else f"connectors.{module.name}"
        source = getattr(importlib.import_module(name), "SOURCE", None)
        if isinstance(source, Source):
            declared[source.name] = source
    return dict(sorted(declared.items()))


def sources_of_environment() -> dict[str, Source]:
    """The sources that settings alone can switch on. One without streams of its own needs `sources.yml` as well."""
    return {name: source for name, source in sources().items() if source.streams}


def file_of(source: Source) -> Path:
    """The file of the connector of `source`."""
    folder = Path(connectors.__path__[0])
    package = folder / source.connector / "source.py"
    return package if package.exists() else folder / f"{source.connector}.py"
