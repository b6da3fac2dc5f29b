"""A connector that was written before the SDK had a room of its own still loads, with the imports it had then."""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import connectors
from connectors.sdk import catalog
from connectors.sdk.former_names import NEW_NAMES, accept_former_names
from tests.conformance.cases.documented_connector import code_on_the_page

IMPORTS = """
from connectors.contract import Stream, column
from connectors.rest import Endpoint, rest_source
from connectors.rest_fields import instant, minor_units, text
from connectors.rest_paging import NextCursor
"""


@pytest.fixture(autouse=True)
def forgotten_modules(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing that a test imports by a former name stays imported, nor the catalog that it made."""
    for name in [*NEW_NAMES, "connectors.courier"]:
        monkeypatch.delitem(sys.modules, name, raising=False)
    catalog.built_in.cache_clear()
    yield
    for name in [*NEW_NAMES, "connectors.courier"]:
        sys.modules.pop(name, None)
        vars(connectors).pop(name.rpartition(".")[2], None)
    catalog.built_in.cache_clear()


def courier(folder: Path) -> Path:
    """A company's project with the documentation's connector under a name of its own, with the imports it had then."""
    head, _, rest = code_on_the_page().partition("from connectors.sdk.contract")
    code = head + IMPORTS + rest[rest.index("DELIVERIES") :]
    (folder / "okra.yml").write_text("", encoding="utf-8")
    (folder / "connectors").mkdir()
    (folder / "connectors" / "courier.py").write_text(
        code.replace('"parcelo"', '"courier"'), encoding="utf-8"
    )
    return folder


def test_a_connector_with_former_imports_is_in_the_catalog(tmp_path, monkeypatch):
    monkeypatch.setattr(connectors, "__path__", [*connectors.__path__])
    monkeypatch.setenv("OKRA_PROJECT", str(courier(tmp_path)))
    with pytest.warns(DeprecationWarning, match=r"connectors\.\w+ is now") as warned:
        source = catalog.sources()["courier"]
    assert source.stream("deliveries").schema.names[0] == "id"
    assert [str(warning.message) for warning in warned] == [
        "connectors.contract is now connectors.sdk.contract: import that",
        "connectors.rest is now connectors.sdk.rest: import that",
        "connectors.rest_fields is now connectors.sdk.fields: import that",
        "connectors.rest_paging is now connectors.sdk.paging: import that",
    ]


@pytest.mark.parametrize("former", NEW_NAMES)
def test_a_former_name_leads_to_the_same_module(former):
    accept_former_names()
    with pytest.warns(DeprecationWarning):
        assert import_module(former) is import_module(NEW_NAMES[former])


def test_a_name_that_never_was_is_not_found():
    accept_former_names()
    with pytest.raises(ModuleNotFoundError):
        import_module("connectors.helpers")
