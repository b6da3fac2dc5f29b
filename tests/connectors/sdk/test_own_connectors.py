"""A company's connectors are modules of its folder `connectors`: they are sources, and win over Okra's."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import connectors
from connectors.sdk import catalog
from pipelines import settings as okra_settings

CONNECTOR = """
from connectors.sdk.contract import Source

SOURCE = Source(
    name="{name}", title="{title}", options=(), streams=(), limits=(), open=lambda values, calls: None
)
"""


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A company's folder with an empty folder `connectors`."""
    (tmp_path / "okra.yml").write_text("")
    (tmp_path / "connectors").mkdir()
    monkeypatch.setenv("OKRA_PROJECT", str(tmp_path))
    monkeypatch.setattr(connectors, "__path__", list(connectors.__path__))
    modules = {name: x for name, x in sys.modules.items() if name.startswith("connectors.")}
    yield tmp_path
    for name in [x for x in sys.modules if x.startswith("connectors.")]:
        del sys.modules[name]
    sys.modules.update(modules)


def write(company: Path, place: str, text: str) -> None:
    path = company / "connectors" / place
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


def test_modules_and_packages_of_the_company_are_sources(company: Path) -> None:
    write(company, "parcelo.py", CONNECTOR.format(name="parcelo", title="Parcelo"))
    write(company, "till/__init__.py", "")
    write(company, "till/names.py", 'TITLE = "Our till"\n')
    text = CONNECTOR.format(name="till", title="x").replace('"x"', "TITLE")
    write(company, "till/source.py", "from connectors.till.names import TITLE\n" + text)
    write(company, "shared.py", "WIDTH = 3\n")
    known = catalog.sources()
    assert {name: known[name].title for name in known.keys() - catalog.built_in().keys()} == {
        "parcelo": "Parcelo",
        "till": "Our till",
    }
    assert catalog.file_of(known["parcelo"]) == company / "connectors" / "parcelo.py"
    assert catalog.file_of(known["till"]) == company / "connectors" / "till" / "source.py"
    assert catalog.own_connectors().broken == {}


def test_one_with_the_name_of_okras_is_taken_instead(company: Path) -> None:
    write(company, "stripe.py", CONNECTOR.format(name="stripe", title="Stripe as we read it"))
    assert catalog.sources()["stripe"].title == "Stripe as we read it"
    assert catalog.built_in()["stripe"].title == "Stripe"


@pytest.mark.parametrize(("text", "line", "what"), [
    ("\nfrom nowhere_at_all import x\n", 2, "the module nowhere_at_all is not there"),
    ("x = 1\ny = (\n", 2, "not Python: '(' was never closed"),
    ("\n\nraise ValueError('a secret')\n", 3, "the connector cannot be imported (ValueError)"),
    (CONNECTOR.format(name="other", title="x"), 1, "the source in it is called `other`"),
])  # fmt: skip
def test_a_broken_one_is_off_alone_and_its_line_is_named(
    company: Path, text: str, line: int, what: str
) -> None:
    write(company, "zendesk.py", text)
    write(company, "parcelo.py", CONNECTOR.format(name="parcelo", title="Parcelo"))
    known = catalog.sources()
    assert "parcelo" in known
    assert "stripe" in known
    assert "zendesk" not in known, "the company means to replace it"
    [fault] = okra_settings.load().source_faults
    assert (fault.file, fault.line, fault.what) == ("connectors/zendesk.py", line, what)


def test_the_names_of_okras_own_folders_are_not_taken(company: Path) -> None:
    write(company, "sdk.py", "")
    [fault] = okra_settings.load().source_faults
    assert str(fault) == (
        "connectors/sdk.py:1: `sdk` is the name of a folder of Okra's; give it another name"
    )


def test_an_instance_of_a_broken_connector_says_so(company: Path) -> None:
    write(company, "parcelo.py", "1 / 0\n")
    (company / "sources.yml").write_text("parcelo@eu: {}\n")
    whats = [str(fault) for fault in okra_settings.load().source_faults]
    assert whats == [
        "connectors/parcelo.py:1: the connector cannot be imported (ZeroDivisionError); correct this line",
        "sources.yml:1: `parcelo@eu`: the connector parcelo cannot be used, as the connector cannot be "
        "imported (ZeroDivisionError); correct parcelo.py, line 1",
    ]
