"""`okra new`: what it writes runs as it is, and it writes over nothing."""

import io
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from connectors.sdk.contract import Source
from pipelines.cli import app
from pipelines.commands import scaffolding
from pipelines.commands.console import Output
from pipelines.commands.scaffolding import NewKpi, NewObjective, Scaffold, ScaffoldError
from pipelines.inputs.kpi_files import read_kpi, read_kpis
from pipelines.okr.definition.loading import load
from pipelines.okr.kpi.kpi import Kpi
from pipelines.settings import BUILT_IN
from tests.projects import OKRA

MONTH = "2026-11"
BIN = Path(sys.executable).parent
Write = Callable[..., str]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project without its past and its data."""
    copy = tmp_path / "project"
    for part in (
        "connectors",
        "pipelines",
        "models",
        "macros",
        "tests/conformance",
        "tests/sql_lint",
    ):
        shutil.copytree(BUILT_IN / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
    for file in (
        "pyproject.toml",
        "docs/adding-a-connector.md",
        "tests/connectors/clock.py",
        "tests/limits.py",
    ):
        (copy / file).parent.mkdir(exist_ok=True)
        shutil.copy(BUILT_IN / file, copy / file)
    return copy


@pytest.fixture
def write() -> Write:
    """Writes a scaffold into a folder; gives what a person is told."""

    def write(scaffold: Scaffold, root: Path, *, dry_run: bool = False) -> str:
        told = io.StringIO()
        console = Console(file=told, width=200)
        scaffolding.write(scaffold, root, Output(console, console), dry_run=dry_run)
        return told.getvalue()

    return write


@pytest.fixture(scope="session")
def kpis() -> dict[str, Kpi]:
    return read_kpis(OKRA, BUILT_IN / "models/kpis/sheet_kpis.yml").kpis


def run(project: Path, *command: str) -> None:
    """Runs a tool of our environment in the project; it must be content."""
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=project,
        env={"PATH": str(BIN), "PYTHONPATH": str(project)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def written(project: Path, scaffold: Scaffold, suffix: str) -> list[str]:
    """The files of a kind, by their place."""
    return [place for place in scaffold.files if place.endswith(suffix)]


# names that sort before and after those that the files import beside them, and the longest there can be
@pytest.mark.parametrize(
    ("name", "stream"), [("acme", "sales"), ("zeta_works", "events"), ("z" * 20, "y" * 20)]
)
def test_a_new_connector_is_in_the_projects_own_style(
    project: Path, write: Write, name: str, stream: str
) -> None:
    made = scaffolding.connector(name, stream)
    write(made, project)
    python, sql = written(project, made, ".py"), written(project, made, ".sql")
    run(project, "ruff", "check", *python)
    run(project, "ruff", "format", "--check", *python)
    run(project, "sqlfluff", "lint", *sql)


def test_a_new_connector_is_typed_and_passes_the_conformance_suite(
    project: Path, write: Write
) -> None:
    made = scaffolding.connector("acme_parcels", "deliveries")
    told = write(made, project)
    assert "pytest tests/conformance -k acme_parcels" in told
    run(project, "mypy", "connectors/acme_parcels.py", "connectors/sandbox/acme_parcels.py")
    chosen = ["tests/conformance/test_repeatable.py", "tests/conformance/test_placed_rows.py"]
    run(project, "pytest", *chosen, "-k", "acme_parcels", "-p", "no:cacheprovider")


def test_a_new_connector_has_a_staging_model_for_the_stream_it_declares(
    project: Path, write: Write
) -> None:
    made = scaffolding.connector("acme", "sales")
    sql = made.files["models/staging/acme/stg_acme__sales.sql"]
    names: dict[str, object] = {}
    exec(made.files["connectors/acme.py"], names)
    source = names["SOURCE"]
    assert isinstance(source, Source)
    assert (source.name, [stream.name for stream in source.streams]) == ("acme", ["sales"])
    assert 'read_lake("acme", "sales")' in sql
    for column in ("id", "happened_at", "kind", "amount", "currency"):
        assert column in sql
        assert column in source.streams[0].schema.names


def test_a_new_kpi_counts_the_rows_of_a_mart_by_day(project: Path, write: Write) -> None:
    made = scaffolding.kpi(NewKpi(name="orders_placed", mart="fct_orders"), project)
    write(made, project)
    sql = (project / "models/kpis/kpi_orders_placed.sql").read_text()
    assert "ordered_on as day,\n        count(*) as value\n    from orders\n" in sql
    kpi = read_kpi(project / "models/kpis/kpi_orders_placed.sql")
    assert (kpi.kind, kpi.unit, kpi.direction, kpi.dimensions) == ("flow", "orders", "up", ())
    assert kpi.description == "Number of orders. One row a day with one."
    run(project, "sqlfluff", "lint", "models/kpis/kpi_orders_placed.sql")


def test_a_new_kpi_of_money_is_told_by_currency(project: Path, write: Write) -> None:
    wish = NewKpi(name="sold", mart="fct_deals", summed="amount", by=["sales_rep"], unit="money")
    made = scaffolding.kpi(wish, project)
    write(made, project)
    kpi = read_kpi(project / "models/kpis/kpi_sold.sql")
    assert (kpi.unit, kpi.precision, kpi.dimensions) == ("money", 2, ("sales_rep", "currency"))
    sql = made.files["models/kpis/kpi_sold.sql"]
    assert "sales_rep,\n        currency,\n        sum(amount) as value" in sql
    assert "group by account, entered_on, sales_rep, currency" in sql
    run(project, "sqlfluff", "lint", "models/kpis/kpi_sold.sql")


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        (NewKpi(name="a", mart="fct_nothing"), "there is no mart 'fct_nothing'; there are fct_"),
        (
            NewKpi(name="a", mart="fct_orders", by=["shop"]),
            "fct_orders has no column shop; it has",
        ),
        (
            NewKpi(name="a", mart="fct_orders", summed="sum"),
            "fct_orders has no column sum; it has",
        ),
        (NewKpi(name="a", mart="fct_shipments", unit="money"), "fct_shipments has no column curr"),
        (NewKpi(name="a", mart="fct_visitors"), "fct_visitors has no day"),
    ],
)
def test_a_kpi_of_what_is_not_there_is_refused(wish: NewKpi, told: str) -> None:
    with pytest.raises(ScaffoldError) as refused:
        scaffolding.kpi(wish, BUILT_IN)
    assert told in str(refused.value)


def test_a_new_okr_is_accepted_for_every_kpi_there_is(kpis: dict[str, Kpi]) -> None:
    for name in kpis:
        made = scaffolding.okr(
            NewObjective(name=f"more-{name}", kpi=name), kpis, "okr_definitions", MONTH
        )
        (text,) = made.files.values()
        loaded = load({"new.yml": text}, kpis)
        assert not loaded.faults, name
        (objective,) = loaded.objectives
        assert objective.period.label == "2026-11"
        (result,) = objective.key_results
        assert result.kpi == name
        assert (result.at_most is None) == (kpis[name].direction == "up")


def test_a_new_okr_has_the_number_and_the_period_that_are_asked_for(kpis: dict[str, Kpi]) -> None:
    wish = NewObjective(
        name="happy", kpi="customer_satisfaction", target="96 %", period="2026-Q4", owner="me@x.org"
    )
    ((place, text),) = scaffolding.okr(wish, kpis, "okr_definitions", MONTH).files.items()
    assert place == "okr_definitions/happy.yml"
    for line in ("owner: me@x.org", "period: 2026-Q4", "from: measured", "at_least: 96 %"):
        assert line in text
    with pytest.raises(ScaffoldError, match="there is no KPI 'happiness'; there are"):
        scaffolding.okr(NewObjective(name="happy", kpi="happiness"), kpis, "okr_definitions", MONTH)


@pytest.mark.parametrize(
    ("window", "lines"),
    [
        ({"over": "month"}, ("from: measured", "over: month", "100 over the latest month")),
        ({"per": "week", "met_in": "80 %"}, ("per: week", "met_in: 80 %", "100 per week")),
    ],
)
def test_a_new_okr_is_reached_by_the_end_or_done_each_time(
    kpis: dict[str, Kpi], window: dict[str, str], lines: tuple[str, ...]
) -> None:
    wish = NewObjective(name="orders", kpi="units_sold", period="2026", **window)
    (text,) = scaffolding.okr(wish, kpis, "okr_definitions", MONTH).files.values()
    assert all(line in text for line in lines), text
    assert ("from:" in text) == ("over" in window), "only a level has a way to go"
    assert not load({"new.yml": text}, kpis).faults


def test_nothing_is_written_over_and_then_nothing_is_written_at_all(
    tmp_path: Path, write: Write
) -> None:
    mine = tmp_path / "models/staging/acme/_acme__sources.yml"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    with pytest.raises(ScaffoldError, match=r"_acme__sources\.yml is there already"):
        write(scaffolding.connector("acme", "sales"), tmp_path)
    assert mine.read_text() == "mine"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [mine]


def test_a_dry_run_says_what_it_would_write_and_writes_nothing(
    tmp_path: Path, write: Write
) -> None:
    told = write(scaffolding.connector("acme", "sales"), tmp_path, dry_run=True)
    assert "would write connectors/acme.py\n" in told
    assert told.count("would write") == 6
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Acme",
        "acme-works",
        "2acme",
        "_acme",
        "acme_",
        "a__b",
        "../acme",
        "class",
        "x" * 21,
        "é",
    ],
)
def test_a_name_that_cannot_be_one_is_refused(name: str) -> None:
    with pytest.raises(ScaffoldError, match="cannot be the name of a connector"):
        scaffolding.connector(name, "sales")
    with pytest.raises(ScaffoldError, match="cannot be the name of a stream"):
        scaffolding.connector("acme", name)


def test_a_stream_does_not_take_the_connectors_own_name_for_itself() -> None:
    with pytest.raises(ScaffoldError, match="cannot be called source"):
        scaffolding.connector("acme", "source")


@pytest.mark.parametrize(
    ("command", "written"),
    [
        (["connector", "acme", "--stream", "sales"], "models/staging/acme/stg_acme__sales.sql"),
        (["kpi", "calls_a_day", "--mart", "fct_calls", "--by", "direction"], "kpi_calls_a_day.yml"),
        (["okr", "more-orders", "--kpi", "units_sold"], "okr_definitions/more-orders.yml"),
    ],
)
def test_the_command_says_what_it_would_write(command: list[str], written: str) -> None:
    told = CliRunner().invoke(app, ["new", *command, "--dry-run"])
    assert told.exit_code == 0
    assert f"{written}\n" in told.stderr
    assert not list(BUILT_IN.rglob(Path(written).name))


def test_the_command_ends_with_2_and_a_reason_when_it_cannot_be_followed() -> None:
    told = CliRunner().invoke(app, ["new", "connector", "exchange_rates"])
    assert told.exit_code == 2
    assert "connectors/exchange_rates.py" in told.stderr
    assert "is there already" in told.stderr


@pytest.mark.parametrize("name", ["lake", "sandbox", "sdk", "stripe"])
def test_a_connector_is_not_called_what_a_folder_beside_it_is_called(name: str) -> None:
    told = CliRunner().invoke(app, ["new", "connector", name])
    assert told.exit_code == 2
    assert f"connectors/{name}.py" in told.stderr
    assert not (BUILT_IN / f"connectors/{name}.py").exists()


def test_a_company_gets_its_connector_and_its_models_and_no_files_of_okras_tests() -> None:
    made = scaffolding.connector("parcelo", "deliveries", is_company=True)
    assert set(made.files) == {
        "connectors/parcelo.py",
        "models/staging/parcelo/_parcelo__sources.yml",
        "models/staging/parcelo/stg_parcelo__deliveries.sql",
        "models/staging/parcelo/stg_parcelo__deliveries.yml",
    }
    assert made.next_steps[1] == (
        "write parcelo: {token: {env: PARCELO_TOKEN}} into sources.yml, and PARCELO_TOKEN=... into .env"
    )


def test_a_company_writes_kpis_over_okras_marts_and_over_its_own(tmp_path: Path) -> None:
    marts = tmp_path / "models" / "marts"
    marts.mkdir(parents=True)
    (marts / "fct_rides.yml").write_text(
        "models: [{name: fct_rides, columns: [{name: ridden_on, description: Day of the ride}]}]\n"
    )
    for mart in ("fct_rides", "fct_orders"):
        made = scaffolding.kpi(NewKpi(name="rides", mart=mart), tmp_path, BUILT_IN)
        assert mart in made.files["models/kpis/kpi_rides.sql"]
