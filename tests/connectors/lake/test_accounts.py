"""Accounts in the lake and in its catalog."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from connectors.lake.catalog import read_catalog, write_catalog
from connectors.lake.lake import Lake
from connectors.lake.manifest import Attempt, Finding
from connectors.sdk.contract import Source, column
from tests.connectors.lake.test_lake import STREAM, manifest, table

SHOP = Source(
    name="shop",
    title="Shop",
    options=(),
    streams=(STREAM,),
    limits=(),
    open=lambda values, calls: None,  # type: ignore[arg-type,return-value]
)
DE, AT = (replace(SHOP, account=account) for account in ("de", "at"))
NOW = datetime(2026, 4, 2, 9, tzinfo=UTC)


def catalog(lake: Lake, name: str, *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in read_catalog(lake, name, columns).to_pylist()]


def filled(folder: Path) -> Lake:
    """A window and an attempt of each account, and of the one without a name."""
    lake = Lake(folder)
    for source in ("shop", "shop@at", "shop@de"):
        finding = Finding(what="odd", message="")
        lake.commit(manifest(source=source, findings=(finding,)), [table("17")])
        lake.record(Attempt(source=source, stream="orders", at=NOW, outcome="ok"))
    return lake


def test_each_account_has_a_folder_and_a_manifest_of_its_own(tmp_path: Path) -> None:
    lake = filled(tmp_path)
    assert lake.manifests("shop@de", "orders")[date(2026, 4, 1)].source == "shop@de"
    assert (tmp_path / "raw/shop@de/orders/month=2026-04/manifests.json").exists()
    assert (tmp_path / "raw/shop/orders/month=2026-04/manifests.json").exists()


def test_the_catalog_has_source_and_account_apart(tmp_path: Path) -> None:
    lake = filled(tmp_path)
    write_catalog(lake, [SHOP, AT, DE])
    accounts = [("shop", ""), ("shop", "at"), ("shop", "de")]
    for name in ("windows", "findings", "attempts", "streams"):
        assert sorted(catalog(lake, name, "source", "account")) == accounts, name
    [files, *_] = [x for account, x in catalog(lake, "windows", "account", "files") if account]
    assert files[0].startswith("shop@at/orders/window=2026-04-01/")


def test_an_account_that_is_no_longer_declared_counts_no_more(tmp_path: Path) -> None:
    lake = filled(tmp_path)
    write_catalog(lake, [AT, DE])
    assert sorted(catalog(lake, "windows", "account")) == [("at",), ("de",)]
    assert sorted(catalog(lake, "attempts", "account")) == [("at",), ("de",)]
    # it stays in the lake
    assert lake.manifests("shop", "orders")


def test_the_models_find_the_columns_of_all_accounts_in_one_place(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    schema = STREAM.schema.append(column("net", pa.int64(), "Amount"))
    write_catalog(lake, [AT, replace(DE, streams=(replace(STREAM, schema=schema),))])
    columns = lake.survey().schemas["shop", "orders"]
    assert columns.names == ["id", "day", "net"]
    assert columns.field("net").nullable
    assert lake.survey().schemas["shop@at", "orders"].names == ["id", "day"]


def test_an_account_is_read_back_wherever_the_lake_is(lake: Lake) -> None:
    """The @ of its name is in each key; a bucket must list it and give it as it was written."""
    lake.commit(manifest(source="shop@de"), [table("17")])
    write_catalog(lake, [DE])
    survey = lake.survey()
    [committed] = survey.manifests["shop@de", "orders"].values()
    assert lake.rows(STREAM, committed).column("id").to_pylist() == ["17"]
    assert f"raw/shop@de/orders/{committed.files[0]}" in survey.files
    assert catalog(lake, "windows", "source", "account") == [("shop", "de")]
