"""The former names of the SDK's modules, so that a connector that imports them still loads."""

import sys
import warnings
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

KEPT_NAMES = (
    "catalog", "checkup", "contract", "dlt_source", "engine", "errors", "google_api", "graph_api",
    "http", "remote_files", "rows", "throttle", "windows",
)  # fmt: skip
NEW_NAMES = {f"connectors.{name}": f"connectors.sdk.{name}" for name in KEPT_NAMES} | {
    "connectors.rest_fields": "connectors.sdk.fields",
    "connectors.rest_paging": "connectors.sdk.paging",
}

# connectors.rest is now a connector; it leads to connectors.sdk.rest by itself


class FormerNames(MetaPathFinder, Loader):
    """Finds a module by its former name. Warns once a module, as modules are imported once."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """A spec for a former name; None for any other."""
        return ModuleSpec(fullname, self) if fullname in NEW_NAMES else None

    def exec_module(self, module: ModuleType) -> None:
        """Put the module of the new name in place of `module`."""
        former, new = module.__name__, NEW_NAMES[module.__name__]
        warnings.warn(f"{former} is now {new}: import that", DeprecationWarning, stacklevel=2)
        sys.modules[former] = import_module(new)


def accept_former_names() -> None:
    """Let modules be imported by their former names. A connector of the same name takes precedence."""
    if not any(isinstance(finder, FormerNames) for finder in sys.meta_path):
        sys.meta_path.append(FormerNames())
