"""Puts into the wheel what a checkout has at its root: the models and the configuration of dbt and Dagster."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUILT_IN = "pipelines/built_in"
"""The folder in the wheel: connectors/sdk/project.py looks for it there."""
FILES = ("dbt_project.yml", "profiles.yml", "dagster.yaml", "models/**/*", "macros/**/*.sql",
         "tests/models/**/*.sql")  # fmt: skip


class BuiltIn(BuildHookInterface):
    """Adds the files; an editable installation has them in the checkout."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it builds the wheel."""
        if version != "standard":
            return
        root = Path(self.root)
        build_data["force_include"] |= {
            str(path): f"{BUILT_IN}/{path.relative_to(root).as_posix()}"
            for pattern in FILES
            for path in sorted(root.glob(pattern))
            if path.is_file()
        }
