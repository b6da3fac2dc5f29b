"""dbt run in the tests' own process: starting it and parsing the project takes longer than most tests' models."""

import contextlib
import gc
import io
import os
import subprocess
import warnings
from collections.abc import Mapping
from pathlib import Path

import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

PARSED = "partial_parse.msgpack"


def run_dbt(
    *arguments: str,
    project: Path,
    folder: Path,
    environment: Mapping[str, str],
    parsed: Path | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run dbt to its end with `folder` as its working directory, as a process of its own would.

    Of this process's variables none of Okra's or dbt's counts, but those of `environment`. `parsed`: the target
    folder of a run that has parsed the project, so that this one need not.
    """
    said = io.StringIO()
    manifest = manifest_in(parsed) if parsed else None
    places = ["--project-dir", str(project), "--profiles-dir", str(project)]
    with (
        pytest.MonkeyPatch.context() as patched,
        contextlib.redirect_stdout(said),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        for name in [name for name in os.environ if name.startswith(("OKRA_", "DBT_"))]:
            patched.delenv(name)
        for name, value in environment.items():
            patched.setenv(name, value)
        patched.chdir(folder)
        try:
            done = dbtRunner(manifest).invoke(["--quiet", *arguments, *places])
            code = 0 if done.success else 2 if done.exception else 1
            fault = str(done.exception or "")
        finally:
            close_warehouse()
        if code:
            # a run that breaks off leaves its threads to be collected, which warns
            del done
            gc.collect()
    return subprocess.CompletedProcess(arguments, code, said.getvalue(), fault)


def manifest_in(target: Path) -> Manifest:
    """The manifest that dbt parsed into `target`: a new one each time, as a run of dbt writes into it."""
    manifest = Manifest.from_msgpack((target / PARSED).read_bytes())
    manifest.build_flat_graph()  # what macros see of it
    return manifest


def close_warehouse() -> None:
    """Close the warehouse, which dbt's adapter keeps open until its process ends."""
    if DuckDBConnectionManager._ENV:
        DuckDBConnectionManager._ENV.close()
    DuckDBConnectionManager._ENV = None
