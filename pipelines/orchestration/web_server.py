"""Dagster's web server, which answers only what is meant for it. It takes the arguments of dagster-webserver:

python -m pipelines.orchestration.web_server -h 127.0.0.1 -p 3000 -m pipelines.definitions
"""

import sys
from typing import Any

from dagster_webserver import cli

from pipelines import settings as okra_settings
from pipelines.errors import OkraError
from pipelines.file_modes import keep_private
from pipelines.orchestration.own_hosts import OwnHosts


def main() -> None:
    """Serve until the process is stopped."""
    keep_private()
    try:
        hosts = okra_settings.load().ui_hosts
    except OkraError as error:
        sys.exit(f"okra: {error}")
    dagsters: Any = cli
    made = dagsters.create_app_from_workspace_process_context

    def guarded(*arguments: Any, **options: Any) -> OwnHosts:
        return OwnHosts(made(*arguments, **options), hosts)

    # Dagster has no setting for it, nor a place for an application around its own
    dagsters.create_app_from_workspace_process_context = guarded
    dagsters.main()


if __name__ == "__main__":
    main()
