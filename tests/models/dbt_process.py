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
KEPT_VARIABLES = {"HOME", "PATH", "TMPDIR"}


def run_dbt(
    *arguments: str,
    project: Path,
    folder: Path,
    environment: Mapping[str, str],
    parsed: Path | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run dbt to its end with `folder` as its working directory, as a process of its own would.

    Of this process's variables only `KEPT_VARIABLES` count, beside `environment`. `parsed`: the target folder of a
    run that has parsed the project, so that this one need not.
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
        # dbt looks through all variables for secrets, several times a model
        for name in os.environ.keys() - KEPT_VARIABLES:
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
    for node in manifest.nodes.values():
        # a third of a run's time goes into describing columns, which no test of the models reads
        node.config.persist_docs = {}
    manifest.build_flat_graph()  # what macros see of it
    return manifest


def close_warehouse() -> None:
    """Close the warehouse, which dbt's adapter keeps open until its process ends."""
    if DuckDBConnectionManager._ENV:
        DuckDBConnectionManager._ENV.close()
    DuckDBConnectionManager._ENV = None
