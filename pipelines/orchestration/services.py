"""Dagster's services on this machine, as `dagster dev` starts them, with the web server that `web_server` has. It takes
the arguments of `dagster dev`.
"""

import warnings
from collections.abc import Sequence
from typing import Any

from dagster import SupersessionWarning
from dagster._cli import dev

from pipelines.orchestration import web_server

DAGSTERS_OWN = "dagster_webserver"


def main() -> None:
    """Start them, and wait until one of them ends or the process is stopped."""
    dagsters: Any = dev
    opened = dagsters.open_ipc_subprocess

    def open_ours(command: Sequence[str], **options: Any) -> Any:
        """Start a service; of Dagster's web server the one that is guarded."""
        ours = [web_server.__name__ if x == DAGSTERS_OWN else x for x in command]
        return opened(ours, **options)

    dagsters.open_ipc_subprocess = open_ours
    warnings.simplefilter(
        "ignore", SupersessionWarning
    )  # of `dagster dev` by a tool for developers
    dagsters.dev_command(prog_name="dagster dev")


if __name__ == "__main__":
    main()
