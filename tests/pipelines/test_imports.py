"""What a command imports: nobody waits for a library that is not used."""

import json
import subprocess
import sys
from pathlib import Path

NAMES = "import json, sys; print(json.dumps(sorted(sys.modules)))"
RUN = """
import pipelines.cli, pipelines.commands.daily, pipelines.commands.kpis, pipelines.commands.pulling
from pipelines.definitions import defs
defs().resolve_job_def("report")
"""
READING = "import pipelines.cli, pipelines.commands.status, pipelines.commands.explain"
ZENDESK = {
    "ZENDESK_SUBDOMAIN": "acme",
    "ZENDESK_EMAIL": "ops@acme.example",
    "ZENDESK_API_TOKEN": "token",
}
OF_OTHER_SOURCES = {
    *("aiohttp", "dlt", "facebook_business", "google.ads", "google.analytics", "googleapiclient"),
    *("hubspot", "openpyxl", "stripe"),
}
OF_OTHER_COMMANDS = {
    *("apprise", "IPython", "matplotlib", "mcp", "pandas", "pyspark", "scipy"),
    *(
        "connectors.sandbox.http_server",
        "dbt.cli",
        "pipelines.backtest",
        "pipelines.steps.describe",
    ),
}


def imported(code: str, folder: Path, **settings: str) -> set[str]:
    """The modules of a process that ran `code`."""
    environment = {"OKRA_HOME": str(folder), "OKRA_ENV_FILE": str(folder / "no.env"), **settings}
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{NAMES}"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_a_run_imports_no_library_of_a_source_that_is_off(tmp_path: Path) -> None:
    modules = imported(RUN, tmp_path, **ZENDESK)
    assert {"dagster", "connectors.zendesk.source"} <= modules
    assert modules & (OF_OTHER_SOURCES | OF_OTHER_COMMANDS) == set()


def test_reading_what_is_published_imports_neither_dagster_nor_dbt(tmp_path: Path) -> None:
    modules = imported(READING, tmp_path)
    assert "pipelines.publishing.published" in modules
    assert modules & {"dagster", "dbt", "sqlalchemy", "requests", *OF_OTHER_SOURCES} == set()
