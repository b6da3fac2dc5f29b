"""dbt's builds within this process: what they come to, and what they leave behind."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines.inputs.composing import files_below
from pipelines.inputs.composition import Composition
from pipelines.settings import BUILT_IN, Settings
from pipelines.warehouse.dbt_build import Build, DbtFailedError, build, interrupts_for_dbt
from pipelines.warehouse.dbt_environment import dbt_environment
from pipelines.warehouse.dbt_parse import ensure_manifest
from pipelines.warehouse.project import ComposedProject

# dbt's parser says so of itself when it is imported
pytestmark = pytest.mark.filterwarnings("ignore:sqlglotrs is deprecated:DeprecationWarning")
MODELS = {
    "macros/ledger.sql": "{% macro create_ledger() %}{% endmacro %}",
    "models/marts/sound.sql": """select '{{ env_var("OKRA_RUN_ID", "") if execute else "" }}' as run""",
    "models/marts/broken.sql": "select cast('x' as integer) as amount",
    "models/marts/below.sql": 'select * from {{ ref("broken") }}',
    "models/marts/tests.yml": "models: [{name: sound, columns: [{name: run, data_tests: [not_null]}]}]\n",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> ComposedProject:
    """Three models, of which one fails, as they are parsed once."""
    settings = Settings(_env_file=None, home=tmp_path_factory.mktemp("home"))
    macros = {x: path for x, path in files_below(BUILT_IN).items() if x.startswith("macros/")}
    project = ComposedProject(settings, Composition(macros, MODELS))
    ensure_manifest(project, os.environ)
    return project


def built(project: ComposedProject, run: str, *arguments: str) -> Build:
    today = project.settings.today()
    return build(project, arguments, dbt_environment(project, today, run))


@pytest.fixture
def whole(project: ComposedProject) -> Iterator[Build]:
    """A build of everything."""
    whole = built(project, "first")
    yield whole
    whole.remove_artifacts()


def test_each_model_and_test_has_its_result_and_its_event(whole: Build) -> None:
    statuses = {
        result.node.split(".")[2]: result.status
        for result in whole.results
        if not result.node.startswith("operation.")  # what the project does before each build
    }
    assert statuses == {
        "sound": "success",
        "not_null_sound_run": "pass",
        "broken": "error",
        "below": "skipped",
    }
    ended = {event["data"]["node_info"]["node_name"] for event in whole.events}
    assert ended == {"sound", "not_null_sound_run", "broken"}
    [broken] = [result for result in whole.results if result.failed]
    assert "Could not convert string" in broken.message
    assert broken.sentence.endswith("'…' to INT32"), "a value can be private"
    assert "cast('x' as integer)" in broken.sql


def test_the_sql_of_a_build_stays_where_something_failed(
    project: ComposedProject, whole: Build
) -> None:
    whole.remove_artifacts()
    assert [path.name for path in whole.folder.rglob("run/**/broken.sql")] == ["broken.sql"]
    sound = built(project, "second", "--select", "sound")
    assert sound.folder.exists()
    sound.remove_artifacts()
    assert not sound.folder.exists()


def test_a_build_reads_the_variables_of_its_own_run(
    project: ComposedProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OKRA_RUN_ID", "of the process")
    before = dict(os.environ), Path.cwd()
    for run in ("first", "second"):
        built(project, run, "--select", "sound").remove_artifacts()
        # with other settings than dbt's, which DuckDB allows only when dbt has closed the file
        with duckdb.connect(str(project.settings.warehouse_path), config={"threads": 1}) as file:
            assert file.execute("select run from marts.sound").fetchall() == [(run,)]
    assert (dict(os.environ), Path.cwd()) == before


def test_a_warehouse_that_cannot_be_opened_is_told_in_dbts_words(
    project: ComposedProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = dbt_environment(project, project.settings.today(), "third")
    with pytest.raises(DbtFailedError, match="dbt built nothing: IO Error: Cannot open file"):
        build(project, [], {**environment, "OKRA_WAREHOUSE": "/no/such/folder/warehouse.duckdb"})


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_build_is_interrupted_as_dbt_expects_it(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt), interrupts_for_dbt():
        signal.raise_signal(number)
    assert signal.getsignal(number) is before
