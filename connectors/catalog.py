"""The connectors there are: every module of this package that defines `SOURCE`. There is no list to keep."""

import importlib
import pkgutil
from functools import cache

import connectors
from connectors.contract import Source


@cache
def sources() -> dict[str, Source]:
    """Every source by name, in the order of the names."""
    found: dict[str, Source] = {}
    for module in pkgutil.iter_modules(connectors.__path__):
        source = getattr(importlib.import_module(f"connectors.{module.name}"), "SOURCE", None)
        if isinstance(source, Source):
            found[source.name] = source
    return dict(sorted(found.items()))
