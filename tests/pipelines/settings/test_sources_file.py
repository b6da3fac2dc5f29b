"""What `sources.yml` may say, and what is said of an entry that is wrong."""

import pytest

from pipelines.okr.definition.yaml_tree import TreeError
from pipelines.settings.instance_form import Value
from pipelines.settings.sources_file import read_sources

EU_AND_US = b"""\
stripe@eu: {api_key: {env: STRIPE_EU_KEY}, timezone: Europe/Berlin}
stripe@us:
  connector: stripe
  api_key: {file: keys/us.txt}
  restates_days: {invoice_lines: 40}
"""


def faults(text: str) -> list[str]:
    return [str(fault) for fault in read_sources(text.encode(), "sources.yml").faults]


def test_a_name_alone_is_an_instance_whose_values_are_in_the_environment() -> None:
    file = read_sources(b"stripe:\n", "sources.yml")
    assert file.faults == ()
    assert file.entries["stripe"].values == {}


def test_two_accounts_of_one_connector_have_their_own_values() -> None:
    file = read_sources(EU_AND_US, "sources.yml")
    assert not file.faults
    eu, us = (file.entries[name] for name in ("stripe@eu", "stripe@us"))
    assert (eu.source.name, eu.source.account, eu.source.instance) == ("stripe", "eu", "stripe@eu")
    assert eu.source.title == "Stripe (eu)"
    assert eu.values == {
        "STRIPE_API_KEY": Value(env="STRIPE_EU_KEY"),
        "STRIPE_TIMEZONE": Value(text="Europe/Berlin"),
    }
    assert us.values == {
        "STRIPE_API_KEY": Value(file="keys/us.txt"),
        "STRIPE_RESTATES_DAYS": Value(text="invoice_lines:40"),
    }
    assert file.variables == {"STRIPE_EU_KEY"}


def test_another_name_than_the_connectors_has_declared_streams_only() -> None:
    file = read_sources(b"shop@de: {connector: sql_database, url: {env: SHOP_URL}}", "sources.yml")
    source = file.entries["shop@de"].source
    assert (source.name, source.connector, source.streams) == ("shop", "sql_database", ())


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "stripe@eu: {apikey: {env: STRIPE_EU_KEY}}",
            "sources.yml:1: `stripe@eu`: unknown key `apikey`; did you mean `api_key`?",
        ),
        (
            "stripe@eu:\n  api_key: sk_live_1234",
            "sources.yml:2: `stripe@eu`: a secret is not written here; write {env: NAME} and set NAME in .env or the "
            "environment, or {file: path}",
        ),
        (
            "stripe@eu:\n  api_key: {env: sk_live_1234}",
            "sources.yml:2: `stripe@eu`: what is written after env is no name of a variable; write capitals, digits "
            "and underscores, such as {env: SHOP_URL}",
        ),
        (
            "hub:\n  connector: dlt\n  source: a.b\n  args: {owner: acme, api: {access_token: gho_1234}}",
            "sources.yml:4: `hub`: the secret `access_token` is not written here; write {env: NAME} and set NAME in "
            ".env or the environment, or {file: path}",
        ),
        (
            "shop:\n  connector: sql_databse",
            "sources.yml:2: `shop`: `connector: sql_databse` is not known; did you mean `sql_database`?",
        ),
        (
            "stripe@EU: {api_key: {env: STRIPE_EU_KEY}}",
            "sources.yml:1: `stripe@EU` is no name of a source; write lower-case letters, digits and single "
            "underscores, such as `stripe@eu`",
        ),
        (
            "stripe@main: {api_key: {env: STRIPE_EU_KEY}}",
            "sources.yml:1: `stripe@main`: `main` is what the account without a name is called; write `stripe`, or "
            "another name after the @",
        ),
        (
            "stripe@eu:\n  api_key:",
            "sources.yml:2: `stripe@eu`: `api_key` has no value; write one, or leave the line out",
        ),
        (
            "exchange_rates:\n  connector: stripe",
            "sources.yml:2: `exchange_rates`: `exchange_rates` is the name of another connector than `stripe`; give "
            "the source another name",
        ),
        (
            "exchange_rates:\n  streams:\n    more: {query: x}",
            "sources.yml:3: `exchange_rates: more`: exchange_rates has its own streams only; remove it; "
            "docs/sources.md lists them",
        ),
    ],
)  # fmt: skip
def test_a_fault_has_its_line_and_a_remedy_and_no_secret(text: str, fault: str) -> None:
    assert faults(text) == [fault]


def test_a_fault_takes_down_its_own_instance_only() -> None:
    file = read_sources(b"nonsense: {a: b}\nstripe@eu: {api_key: {env: KEY}}\n", "sources.yml")
    assert list(file.entries) == ["stripe@eu"]
    assert len(file.faults) == 1


def test_the_variable_of_a_broken_instance_is_still_its_own() -> None:
    """Or it would turn on the connector's unnamed instance, and the account would be pulled under another name."""
    file = read_sources(b"stripe@eu: {api_key: {env: STRIPE_API_KEY}, nonsense: 1}", "sources.yml")
    assert file.faults
    assert file.variables == {"STRIPE_API_KEY"}


def test_a_file_that_is_no_yaml_is_refused_as_a_whole() -> None:
    with pytest.raises(TreeError, match="not YAML"):
        read_sources(b"stripe: {", "sources.yml")


@pytest.mark.parametrize(
    "text",
    [
        "stripe@EU: {api_key: {env: KEY}}",
        "stripe@eu: {connector: strip, api_key: {env: KEY}}",
        "stripe@eu: {connector: hubspot, api_key: {env: KEY}}",
        "stripe@eu: []",
        "shop@de: {connector: sql, url: {env: A}}\nshop@at: {connector: sql_database, url: {env: B}}",
    ],
)
def test_an_account_with_a_fault_is_still_an_account_of_its_source(text: str) -> None:
    """It is missed then, and totals do not pass for whole without it."""
    file = read_sources(text.encode(), "sources.yml")
    [fault] = file.faults
    instance = text.partition(":")[0]
    entry = file.entries[instance]
    assert (entry.source.instance, entry.faults) == (instance, (fault,))
    assert entry.source.connector in {"stripe", "sql_database"}


SHEET = """\
spreadsheet@finance:
  sheets: finance.xlsx#Plan
  layout:
    periods: month
    language: {language}
    rows: {{Umsatz: revenue}}
"""


def test_a_layout_is_read_beside_the_path_of_its_sheet() -> None:
    file = read_sources(SHEET.format(language="de").encode(), "sources.yml")
    assert file.faults == ()
    values = file.entries["spreadsheet@finance"].values
    assert values["OKRA_SHEETS"].text == "finance.xlsx#Plan"
    assert values["SPREADSHEET_LAYOUT"].mapping == {
        "periods": "month",
        "language": "de",
        "rows": {"Umsatz": "revenue"},
    }


def test_a_fault_in_a_layout_is_told_on_its_line() -> None:
    file = read_sources(SHEET.format(language="klingon").encode(), "sources.yml")
    assert [str(fault) for fault in file.faults] == [
        "sources.yml:5: `spreadsheet@finance: layout`: `language: klingon` is not known; "
        "write it such as de, fr or de_AT"
    ]
