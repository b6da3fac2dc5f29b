"""dbt in a process of its own, with its lists of names from a file: `python -m pipelines.warehouse.dbt_command parse`.

An operating system bounds how long a variable may be that a process is started with, on Linux at 128 KiB. Some five
thousand names of KPIs are longer. So a process gets them in a file, and sets the variables itself, which has no bound
(docs/decisions/0066).
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from connectors.lake.atomic_files import replace

LISTS = (
    "OKRA_KPIS",
    "OKRA_KPIS_BY_ACCOUNT",
    "OKRA_LEFT_OUT",
    "OKRA_BROKEN_KPIS",
    "OKRA_BROKEN_MODELS",
)
"""The variables of the dbt project that hold names, as many as there are models or KPIs."""
LISTS_FILE = "OKRA_LISTS_FILE"
"""The variable with the place of the file."""


def without_lists(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that a process can be started with, however many names there are."""
    return {name: value for name, value in environment.items() if name not in LISTS}


def with_lists_in_file(environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    """The same, and a file in `folder` with the lists, which `take_lists` reads in the process that is started."""
    path = folder / "lists_of_names.json"
    lists = {name: environment[name] for name in LISTS if name in environment}
    path.parent.mkdir(parents=True, exist_ok=True)
    replace(path, lambda temporary: temporary.write_text(json.dumps(lists), "utf-8"))
    return {**without_lists(environment), LISTS_FILE: str(path)}


def take_lists() -> None:
    """Set the variables of this process that its file has; none where it was started without one."""
    if place := os.environ.get(LISTS_FILE):
        os.environ.update(json.loads(Path(place).read_text("utf-8")))


def main() -> None:
    """The command, which ends with dbt's exit code."""
    take_lists()
    # after it, as dbt looks at its variables when it begins
    from dbt.cli.main import cli

    cli()


if __name__ == "__main__":
    main()
