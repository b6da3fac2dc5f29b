"""The OKR files of an installation, read against its KPIs."""

import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.lake.catalog import write_catalog
from pipelines.inputs.day import Day
from pipelines.inputs.kpi_files import declared_kpis
from pipelines.inputs.lake import open_lake
from pipelines.inputs.okr_files import read_objectives
from pipelines.inputs.run_id import definition_texts, run_id
from pipelines.settings import Settings

OBJECTIVE = """
objective: Sell more
id: {id}
period: 2026-11
key_results:
  - id: pieces
    kpi: units_sold
    at_least: 24_000
"""


def settings_in(folder: Path) -> Settings:
    return Settings(_env_file=None, home=folder, okr_definitions=folder)


def test_money_is_in_the_currency_of_the_business(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, home=tmp_path, currency="EUR")
    kpis = declared_kpis(settings).kpis
    assert kpis["net_revenue"].unit == "EUR"
    assert kpis["units_sold"].unit == "pieces"


def test_a_file_whose_name_is_latin_1_is_read_and_named_with_its_faults(tmp_path: Path) -> None:
    for name in ("caf\udce9.yml", "th\udce9.yml"):
        (tmp_path / name).write_text(OBJECTIVE.format(id=name[:2]))
    broken = tmp_path / "th\udce9.yml"
    broken.write_text(broken.read_text().replace("units_sold", "unit_sold"))
    settings = settings_in(tmp_path)
    loaded = read_objectives(settings, declared_kpis(settings))
    assert [objective.id for objective in loaded.objectives] == ["ca", "th"]
    [fault] = loaded.faults
    assert str(fault) == (
        f"{tmp_path}/th\\xe9.yml:7: key result `pieces`: unknown KPI `unit_sold`; did you mean `units_sold`?"
    )


def test_a_pipe_or_a_link_to_nothing_is_no_okr_file_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yml")
    (tmp_path / "link.yml").symlink_to(tmp_path / "gone.yml")
    (tmp_path / "zero.yml").symlink_to("/dev/zero")
    (tmp_path / "sales.yml").write_text(OBJECTIVE.format(id="sales"))
    settings = settings_in(tmp_path)
    loaded = read_objectives(settings, declared_kpis(settings))
    assert [objective.id for objective in loaded.objectives] == ["sales"]
    assert [(Path(fault.file).name, fault.what) for fault in loaded.faults] == [
        ("link.yml", "cannot be opened (no such file or directory)"),
        ("pipe.yml", "is no file"),
        ("zero.yml", "is no file"),
    ]
    assert definition_texts(settings)["pipe.yml"] == ""


@pytest.mark.parametrize("place", ["sales.yml", "sales.yaml", "europe/sales.yml", "a/b/c.yaml"])
def test_an_okr_file_counts_whatever_its_suffix_and_folder(tmp_path: Path, place: str) -> None:
    file = tmp_path / place
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(OBJECTIVE.format(id="sales"))
    settings = settings_in(tmp_path)
    loaded = read_objectives(settings, declared_kpis(settings))
    assert [objective.id for objective in loaded.objectives] == ["sales"]
    before = definition_texts(settings)
    file.write_text(OBJECTIVE.format(id="sales").replace("24_000", "25_000"))
    assert before.keys() == {place}
    assert definition_texts(settings) != before, "what changes scores changes the run id"


def test_the_name_of_fiscal_years_is_part_of_the_run_id_where_it_is_not_the_default(
    tmp_path: Path,
) -> None:
    day, settings = date(2026, 11, 25), settings_in(tmp_path)
    custom = {"fiscal_year_start": 10, "fiscal_year_named_by": "start"}
    by_end = settings.model_copy(update={"fiscal_year_start": 10})
    by_start = settings.model_copy(update=custom)
    write_catalog(open_lake(settings), [])
    assert len({run_id(changed, day) for changed in (settings, by_end, by_start)}) == 3


def test_other_thresholds_than_the_usual_ones_are_part_of_the_run_id(tmp_path: Path) -> None:
    day, settings = date(2026, 11, 25), settings_in(tmp_path)
    write_catalog(open_lake(settings), [])
    usual = settings.model_copy(update={"on_track_from": Decimal("0.70")})
    stricter = settings.model_copy(update={"on_track_from": Decimal("0.8")})
    assert run_id(usual, day) == run_id(settings, day)
    assert run_id(stricter, day) != run_id(settings, day)


def test_the_kpis_in_yaml_and_the_names_of_accounts_are_part_of_the_run_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another `where:` is another figure, and with another account a total waits for it."""
    monkeypatch.setenv("OKRA_PROJECT", str(tmp_path))
    (tmp_path / "okra.yml").touch()
    (tmp_path / "kpis").mkdir()
    write_catalog(open_lake(settings_in(tmp_path)), [])
    ids = [run_id(settings_in(tmp_path), date(2026, 11, 25))]
    for place, text in {
        "sources.yml": "stripe@eu: {api_key: {env: EU_KEY}}",
        "kpis/sales.yml": "sales: {from: shop.orders, where: paid}",
    }.items():
        (tmp_path / place).write_text(text)
        ids.append(run_id(settings_in(tmp_path), date(2026, 11, 25)))
    assert len(set(ids)) == 3


def test_two_files_of_one_name_in_two_folders_both_count(tmp_path: Path) -> None:
    for region in ("asia", "europe"):
        (tmp_path / region).mkdir()
        (tmp_path / region / "sales.yml").write_text(OBJECTIVE.format(id=region))
    loaded = Day(settings_in(tmp_path), date(2026, 11, 25)).loaded
    assert {objective.id for objective in loaded.objectives} == {"asia", "europe"}
    assert definition_texts(settings_in(tmp_path)).keys() == {"asia/sales.yml", "europe/sales.yml"}


@pytest.mark.parametrize("place", [".backup/sales.yml", ".sales.yml", "europe/.git/sales.yaml"])
def test_hidden_files_and_folders_are_left_out(tmp_path: Path, place: str) -> None:
    file = tmp_path / place
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(OBJECTIVE.format(id="sales"))
    loaded = Day(settings_in(tmp_path), date(2026, 11, 25)).loaded
    assert loaded.objectives == ()


def test_a_missing_folder_has_no_part_in_the_run_id(tmp_path: Path) -> None:
    assert definition_texts(settings_in(tmp_path / "gone")) == {}
