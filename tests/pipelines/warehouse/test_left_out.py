"""A file that dbt cannot parse is left out with all that reads it, dbt's sentence is told, and the rest is parsed."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from pipelines.inputs.composing import files_below
from pipelines.inputs.composition import Composition
from pipelines.warehouse.dbt_messages import errors_in
from pipelines.warehouse.dbt_parse import cycle_in
from pipelines.warehouse.left_out import LeftOut, ModelsError, parse_what_can_be
from pipelines.warehouse.project_folder import ROOT_FILES, make_folder
from tests.models.dbt_process import run_dbt

PROJECT = {
    "dbt_project.yml": "name: okra\nprofile: okra\nmodel-paths: [models]\ntest-paths: [tests/models]\n",
    "profiles.yml": "okra: {target: w, outputs: {w: {type: duckdb, path: w.duckdb}}}\n",
    "models/staging/shop/_sources.yml": "sources:\n  - name: shop\n    tables:\n      - name: orders\n",
    "models/staging/shop/stg_orders.sql": 'select * from {{ source("shop", "orders") }}\n',
    "models/marts/fct_orders.sql": 'select * from {{ ref("stg_orders") }}\n',
    "models/marts/fct_calls.sql": "select 1 as day, 2 as value\n",
    "models/kpis/kpi_sales.sql": 'select day, value\nfrom {{ ref("fct_orders") }}\n',
    "models/kpis/kpi_sales.yml": "models:\n  - name: kpi_sales\n    description: x\n",
    "models/kpis/kpi_calls.sql": 'select * from {{ ref("fct_calls") }}\n',
    "models/kpis/kpi_calls.yml": "models:\n  - name: kpi_calls\n    description: x\n",
    # the core, which unites what it is told of
    "models/reporting/kpi_days.sql": "{% for kpi in env_var('KPIS').split(',') %}"
    "select * from {{ ref(kpi) }}{{ ' union all ' if not loop.last }}{% endfor %}\n",
}
KPIS = ("kpi_calls", "kpi_sales")
EMPTY: Mapping[str, str] = {}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A company's dbt project of two KPIs."""
    root = tmp_path / "acme"
    for place, text in PROJECT.items():
        write(root, place, text)
    write(root, "okra.yml", "")
    monkeypatch.setenv("OKRA_PROJECT", str(root))
    return root


def write(root: Path, place: str, text: str | bytes) -> None:
    path = root / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())


@pytest.fixture
def parsed(project: Path, tmp_path: Path) -> Callable[..., tuple[list[LeftOut], set[str]]]:
    """Parses the project, and gives what was left out and the models that were not."""
    target = tmp_path / "target"

    def parse(composition: Composition, faults: Sequence[LeftOut]) -> str | None:
        folder = tmp_path / "composed"
        make_folder(composition, folder)
        out = {model for fault in faults for model in fault.models}
        done = run_dbt(
            *("--log-format", "json", "parse"),
            project=folder,
            folder=tmp_path,
            environment={
                "DBT_TARGET_PATH": str(target),
                "DBT_LOG_PATH": str(tmp_path / "logs"),
                "KPIS": ",".join(kpi for kpi in KPIS if kpi not in out),
            },
        )
        if done.returncode:
            return "\n".join(errors_in(done.stdout)) or done.stderr
        return cycle_in(json.loads((target / "manifest.json").read_bytes()))

    def parse_all(
        generated: Mapping[str, str] = EMPTY, origins: Mapping[str, str] = EMPTY
    ) -> tuple[list[LeftOut], set[str]]:
        files = [*ROOT_FILES, *files_below(project)]
        composition = Composition({x: project / x for x in files}, generated, origins)
        faults = parse_what_can_be(composition, parse)
        nodes = json.loads((target / "manifest.json").read_bytes())["nodes"].values()
        return faults, {node["name"] for node in nodes if node["resource_type"] == "model"}

    return parse_all


ALL = {"stg_orders", "fct_orders", "fct_calls", "kpi_sales", "kpi_calls", "kpi_days"}


def test_nothing_is_left_out_of_a_sound_project(parsed) -> None:
    assert parsed() == ([], ALL)


BROKEN: Mapping[str, tuple[str, str | bytes, str, str]] = {
    # by KPI: what is written where, at which line it is told, and what is said of it
    "typo": ("kpis/kpi_typo.sql", 'select 1\nfrom {{ ref("fct_orderz") }}', ":2", "'fct_orderz' which was not found"),
    "jinja": ("kpis/kpi_jinja.sql", "{{ ref('x' }}", ":1", "unexpected '}', expected ')'"),
    "block": ("kpis/kpi_block.sql", "-- one\n{% if true %}", ":2", "Unexpected end of template"),
    "latin": ("kpis/kpi_latin.sql", b"-- caf\xe9\nselect 1", "", "can't decode byte 0xe9"),
    "unset": ("kpis/kpi_unset.sql", "{{ env_var('NOWHERE') }}", "", "Env var required but not provided: 'NOWHERE'"),
    "raised": ("kpis/kpi_raised.sql", "{{ exceptions.raise_compiler_error('our own words') }}", "", "our own words"),
    "indent": ("kpis/kpi_indent.yml", "models:\n - name: kpi_indent\n    x: y\n   z: y\n", ":3", "mapping values"),
    "list": ("kpis/kpi_list.yml", "models:\n  name: kpi_list\n", "", "'models' is not a list"),
    "number": ("kpis/kpi_number.yml", "models:\n  - name: kpi_number\n    config: 7\n", "", "7 is not of type"),
    "accent": ("kpis/kpi_accent.yml", b"# caf\xe9\nmodels: []", "", "can't decode byte 0xe9"),
    "twice": ("marts/kpi_twice.sql", "select 1", "", 'two models with the name "kpi_twice"'),
}  # fmt: skip


def test_each_kpi_that_cannot_be_parsed_is_left_out_alone(project: Path, parsed) -> None:
    for kpi, (place, text, _, _) in BROKEN.items():
        write(project, f"models/kpis/kpi_{kpi}.sql", "select 1 as day, 2 as value")
        write(project, f"models/{place}", text)
    faults, models = parsed()
    assert models == ALL
    of_kpi = {kpi: next(x for x in faults if f"kpi_{kpi}" in x.models) for kpi in BROKEN}
    for kpi, (place, _, line, said) in BROKEN.items():
        fault = of_kpi[kpi]
        first = "kpis/kpi_twice.sql" if kpi == "twice" else place
        assert fault.place == f"models/{first}{line}"
        assert said in fault.sentence
        assert "\n" not in fault.sentence
    assert len(faults) == len(BROKEN)


def test_a_mart_that_cannot_be_parsed_takes_along_what_reads_it_and_is_one_fault(
    project: Path, parsed
) -> None:
    write(project, "models/marts/fct_orders.sql", "{{ ref(")
    [fault], models = parsed()
    assert models == ALL - {"fct_orders", "kpi_sales"}
    assert fault.files == (
        "models/kpis/kpi_sales.sql",
        "models/kpis/kpi_sales.yml",
        "models/marts/fct_orders.sql",
    )
    assert fault.place == "models/marts/fct_orders.sql:1"


def test_a_mart_that_was_deleted_is_one_fault_of_all_that_read_it(project: Path, parsed) -> None:
    write(project, "models/marts/fct_more.sql", 'select * from {{ ref("fct_orders") }}')
    (project / "models/marts/fct_orders.sql").unlink()
    [fault], models = parsed()
    assert models == ALL - {"fct_orders", "kpi_sales"}
    assert "fct_orders" in fault.models
    assert fault.place == "models/kpis/kpi_sales.sql:2"


def test_a_model_that_is_disabled_is_told_at_its_own_file(project: Path, parsed) -> None:
    disabled = "-- not now\n{{ config(enabled=false) }}\nselect 1 as day, 2 as value\n"
    write(project, "models/kpis/kpi_calls.sql", disabled)
    off = "models:\n  - name: fct_off\n    config:\n      enabled: false\n"
    write(project, "models/marts/fct_off.yml", off)
    write(project, "models/marts/fct_off.sql", "select 1 as day")
    write(project, "models/kpis/kpi_off.sql", 'select day, 1 as value from {{ ref("fct_off") }}')
    faults, models = parsed()
    assert models == ALL - {"kpi_calls"}
    assert {fault.place: fault.models for fault in faults} == {
        "models/kpis/kpi_calls.sql:2": ("kpi_calls",),
        "models/marts/fct_off.yml:4": ("fct_off", "kpi_off"),
    }
    assert faults[0].sentence.startswith("it is disabled; remove `enabled`")


def test_a_source_that_is_not_declared_is_one_fault(project: Path, parsed) -> None:
    write(project, "models/staging/shop/_sources.yml", "sources:\n  - name: shop\n   tables: []\n")
    [fault], models = parsed()
    assert models == {"fct_calls", "kpi_calls", "kpi_days"}
    assert fault.place.startswith("models/staging/shop/_sources.yml")


def test_models_that_read_each_other_in_a_circle_are_left_out(project: Path, parsed) -> None:
    write(project, "models/marts/fct_orders.sql", 'select * from {{ ref("kpi_sales") }}')
    [fault], models = parsed()
    assert models == ALL - {"fct_orders", "kpi_sales"}
    assert "in a circle" in fault.sentence


def test_a_broken_test_is_left_out_and_no_model(project: Path, parsed) -> None:
    write(project, "tests/models/assert_x.sql", "{{ ref('nope' }}")
    [fault], models = parsed()
    assert models == ALL
    assert (fault.place, fault.models) == ("tests/models/assert_x.sql:1", ())


def test_a_file_is_parsed_again_once_it_is_mended(project: Path, parsed) -> None:
    write(project, "models/kpis/kpi_sales.sql", "{{ ref(")
    assert len(parsed()[0]) == 1
    write(project, "models/kpis/kpi_sales.sql", PROJECT["models/kpis/kpi_sales.sql"])
    assert parsed() == ([], ALL)


def test_what_everything_stands_on_is_never_left_out(project: Path, parsed) -> None:
    write(project, "models/reporting/kpi_days.sql", "{{ ref(")
    with pytest.raises(ModelsError, match=r"models: models/reporting/kpi_days\.sql:1: unexpected"):
        parsed()
    write(project, "models/reporting/kpi_days.sql", 'select * from {{ ref("nowhere") }}')
    with pytest.raises(ModelsError, match="a node named 'nowhere' which was not found"):
        parsed()


def test_a_table_of_ones_own_beside_the_published_ones_is_left_out(project: Path, parsed) -> None:
    write(project, "models/reporting/mine.sql", "{{ ref(")
    [fault], models = parsed()
    assert (models, fault.models) == (ALL, ("mine",))


def test_what_reads_several_is_left_out_with_one_of_them(project: Path, parsed) -> None:
    """What is left of it would pass for the whole."""
    write(project, "models/marts/fct_meta.sql", "select {{ nothing")
    both = "{# rows_or_none('fct_meta') #} select * from {{ ref('fct_calls') }}"
    write(project, "models/kpis/kpi_ads.sql", both)
    [fault], models = parsed()
    assert models == ALL
    assert fault.models == ("fct_meta", "kpi_ads")


def test_a_generated_file_that_cannot_be_parsed_is_told_where_it_was_declared(
    project: Path, parsed
) -> None:
    text = "select 1 as day\nfrom {{ ref('nowhere') }}"
    place = "models/kpis/kpi_generated.sql"
    faults, models = parsed({place: text}, {place: "kpis/sales.yml:12"})
    assert models == ALL
    assert [fault.place for fault in faults] == ["kpis/sales.yml:12"]
