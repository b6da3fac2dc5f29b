"""DuckDB keeps within OKRA_MEMORY wherever this process opens it, and spills beside the file that it works on."""

from pathlib import Path

import duckdb
import pytest

from pipelines.connections import connect, connect_in_memory
from pipelines.settings import SettingsError, load
from pipelines.tables.table import transaction
from pipelines.warehouse.spark.session import driver_memory

LIMIT = "select current_setting('memory_limit')"


@pytest.fixture(autouse=True)
def one_gigabyte(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OKRA_MEMORY", "1GB")  # 10^9 bytes are 953.6 MiB


def test_every_way_to_open_a_file_has_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    with transaction(path) as writing:
        assert writing.execute(LIMIT).fetchone() == ("953.6 MiB",)
    with connect(path, read_only=True) as reading:
        assert reading.execute(LIMIT).fetchone() == ("953.6 MiB",)
    with connect_in_memory(path) as memory:
        assert memory.execute(LIMIT).fetchone() == ("953.6 MiB",)


def test_every_way_to_open_a_file_is_without_the_optimizer_that_loses_rows(tmp_path: Path) -> None:
    setting = "select current_setting('disabled_optimizers')"
    path = tmp_path / "warehouse.duckdb"
    with transaction(path) as writing:
        assert writing.execute(setting).fetchone() == ("statistics_propagation",)
    with connect(path, read_only=True) as reading:
        assert reading.execute(setting).fetchone() == ("statistics_propagation",)
    with connect_in_memory(path) as memory:
        assert memory.execute(setting).fetchone() == ("statistics_propagation",)


def test_what_does_not_fit_is_spilled_beside_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OKRA_MEMORY", "30MB")
    with connect_in_memory(tmp_path / "okra's.duckdb") as connection:
        connection.execute("set threads = 1")
        # three million texts of 32 characters: three times the limit
        connection.execute(
            "create table texts as select md5(i::varchar) t from range(3_000_000) r(i)"
        )
        assert (tmp_path / "okra's.duckdb.tmp").exists()
        assert connection.execute("select count(distinct t[:2]) from texts").fetchone() == (256,)


def test_a_file_that_is_open_without_the_limit_can_still_be_opened(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as other, connect(path) as connection:
        other.execute("create table t as select 1 as one")
        assert connection.execute("from t").fetchone() == (1,)


@pytest.mark.parametrize("amount", ["1GB", "800MB", "1.5 GiB", "50%", "2TB", "5%", " 1gb "])
def test_amounts_of_memory(amount: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OKRA_MEMORY", amount)
    with connect_in_memory(Path("unused")) as connection:
        assert connection.execute(LIMIT).fetchone()


@pytest.mark.parametrize("amount", ["1", "lots", "0GB", "100%", "0%", "-1GB", "1GB; drop", "900KB"])
def test_what_is_no_amount_of_memory_is_refused(
    amount: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OKRA_MEMORY", amount)
    with pytest.raises(
        SettingsError, match=r"OKRA_MEMORY: .* is no amount of memory; write one like 1GB"
    ):
        load()


@pytest.mark.parametrize(
    ("memory", "java"),
    [("1GB", "953m"), ("1GiB", "1024m"), ("512MiB", "512m"), ("1TiB", "1048576m")],
)
def test_sparks_driver_gets_the_same_amount(memory: str, java: str) -> None:
    assert driver_memory(memory) == java


def test_a_share_is_one_of_what_there_is() -> None:
    half, tenth = (int(driver_memory(share).removesuffix("m")) for share in ("50%", "10%"))
    assert half == pytest.approx(5 * tenth, rel=0.05)
