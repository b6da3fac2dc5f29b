"""The columns of declared streams, asked for once."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from pydantic import Field

from connectors.sdk import catalog
from connectors.sdk.contract import Declarable, Stream, StreamForm, column
from connectors.sdk.errors import Unavailable
from pipelines import settings as okra_settings
from pipelines.settings import Settings
from pipelines.steps.describe import with_described_streams

COLUMNS = pa.schema(
    [column("id", pa.string(), "Which order"), column("placed_on", pa.date32(), "The day")]
)


class TableForm(StreamForm):
    """A table, of which only its system knows the columns."""

    table: str = Field(examples=["orders"])


class System:
    """Exchange rates, as if they were tables. `asked` are the tables whose columns were asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.is_down = False
        own = catalog.sources()["exchange_rates"]
        self.connector = replace(
            own, declarable=Declarable(TableForm, self._with_streams, self._describe)
        )

    def _with_streams(self, source, forms, schemas):
        streams = [
            Stream(name=x, description="", schema=schemas[x], key=("id",), cursor="placed_on")
            for x in forms
            if x in schemas
        ]
        return replace(source, streams=(*source.streams, *streams))

    def _describe(self, values, calls, forms):
        self.asked += [form.table for form in forms.values()]
        if self.is_down:
            raise Unavailable("the system does not answer", "see whether it is up")
        return dict.fromkeys(forms, COLUMNS)


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> System:
    system = System()
    known = catalog.sources() | {"exchange_rates": system.connector}
    monkeypatch.setattr(catalog, "sources", lambda: known)
    return system


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Settings]:
    """The settings of a project whose stream `orders` is a table."""
    for name in os.environ:
        if name.startswith("OKRA_"):
            monkeypatch.delenv(name)
    (tmp_path / "okra.yml").write_text("")
    monkeypatch.setenv("OKRA_PROJECT", str(tmp_path))

    def settings(table: str) -> Settings:
        (tmp_path / "sources.yml").write_text(
            "shop:\n  connector: exchange_rates\n  exchange_rates: https://shop.example\n"
            f"  streams: {{orders: {{table: {table}}}}}\n"
        )
        return okra_settings.load()

    return settings


def streams(settings: Settings) -> list[str]:
    return [stream.name for stream in settings.instances["shop"].streams]


def test_columns_are_asked_for_once_and_kept(system: System, load) -> None:
    assert streams(load("orders")) == []
    assert system.asked == []  # definitions load without a call
    assert streams(with_described_streams(load("orders"))) == ["orders"]
    assert streams(with_described_streams(load("orders"))) == ["orders"]
    assert system.asked == ["orders"]
    assert load("orders").instances["shop"].stream("orders").schema.equals(COLUMNS)


def test_a_changed_declaration_is_asked_for_again(system: System, load) -> None:
    with_described_streams(load("orders"))
    assert streams(with_described_streams(load("sales"))) == ["orders"]
    assert system.asked == ["orders", "sales"]


def test_a_stream_whose_system_is_down_is_left_out_and_asked_for_by_the_next_start(
    system: System, load
) -> None:
    system.is_down = True
    settings = with_described_streams(load("orders"))
    assert streams(settings) == []
    assert [str(fault) for fault in settings.source_faults] == [
        "sources.yml:4: `shop: orders` is left out, as its columns are not known: the system does not answer; see "
        "whether it is up"
    ]  # fmt: skip
    system.is_down = False
    assert streams(with_described_streams(load("orders"))) == ["orders"]
