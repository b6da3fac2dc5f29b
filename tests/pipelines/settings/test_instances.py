"""Which accounts are pulled, with which values, by `sources.yml` beside the environment."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from pydantic import Field

from connectors.sdk import catalog
from connectors.sdk.contract import Declarable, Stream, StreamForm, column
from connectors.sdk.errors import SourceError
from pipelines.settings.accounts import streams_of_source
from pipelines.settings.described_streams import Described, fingerprint
from pipelines.settings.instance_values import Surroundings
from pipelines.settings.instances import Instance, instances_of
from pipelines.settings.sources_file import read_sources


@pytest.fixture
def instances(tmp_path: Path) -> Callable[..., Mapping[str, Instance]]:
    """The instances that a text of `sources.yml` and some variables mean."""

    def read(
        text: str,
        environment: Mapping[str, str] | None = None,
        descriptions: Mapping[str, Mapping[str, Described]] | None = None,
    ) -> Mapping[str, Instance]:
        file = read_sources(text.encode(), "sources.yml")
        around = Surroundings(environment or {}, tmp_path / "home", tmp_path, "sources.yml")
        return instances_of(file, around, descriptions or {})

    return read


def test_the_environment_goes_on_meaning_the_one_without_an_account(instances) -> None:
    accounts = instances(
        "stripe@eu: {api_key: {env: STRIPE_EU_KEY}}",
        {"STRIPE_API_KEY": "rk_main", "STRIPE_EU_KEY": "rk_eu", "STRIPE_TIMEZONE": "Etc/UTC"},
    )
    assert {name: x.values["STRIPE_API_KEY"] for name, x in accounts.items()} == {
        "stripe": "rk_main",
        "stripe@eu": "rk_eu",
    }
    # a setting of the unnamed account is not one of the others
    assert accounts["stripe"].values["STRIPE_TIMEZONE"] == "Etc/UTC"
    assert accounts["stripe@eu"].values["STRIPE_TIMEZONE"] == ""


def test_a_variable_that_the_file_names_turns_on_no_other_account(instances) -> None:
    """Or one account would be pulled under two names, and count twice."""
    accounts = instances("stripe@eu: {api_key: {env: STRIPE_API_KEY}}", {"STRIPE_API_KEY": "rk"})
    assert list(accounts) == ["stripe@eu"]


def test_the_unnamed_account_in_the_file_is_that_of_the_environment(instances) -> None:
    accounts = instances("stripe: {timezone: Europe/Paris}", {"STRIPE_API_KEY": "rk"})
    values = accounts["stripe"].values
    assert (values["STRIPE_API_KEY"], values["STRIPE_TIMEZONE"]) == ("rk", "Europe/Paris")


def test_what_several_connectors_share_holds_for_every_account(instances) -> None:
    accounts = instances(
        "google_analytics@de: {property_id: 1}\ngoogle_analytics@fr: {property_id: 2}",
        {"GOOGLE_APPLICATION_CREDENTIALS": "/keys/google.json"},
    )
    for instance in accounts.values():
        assert instance.values["GOOGLE_APPLICATION_CREDENTIALS"] == "/keys/google.json"
        assert instance.error is None


def test_a_variable_that_is_not_set_is_the_fault_of_its_account_alone(instances) -> None:
    accounts = instances(
        "stripe@eu: {api_key: {env: STRIPE_EU_KEY}}\nstripe@us: {api_key: {env: STRIPE_US_KEY}}",
        {"STRIPE_US_KEY": "rk_us"},
    )
    assert accounts["stripe@us"].error is None
    assert str(accounts["stripe@eu"].error) == (
        "STRIPE_EU_KEY is not set, which sources.yml names for `api_key` of stripe@eu; set it in .env or in the "
        "environment"
    )  # fmt: skip
    [fault] = accounts["stripe@eu"].faults
    assert (fault.line, fault.what.partition(",")[0]) == (
        1,
        "`stripe@eu`: STRIPE_EU_KEY is not set",
    )


def test_a_secret_is_read_from_a_file_beside_the_sources(instances, tmp_path: Path) -> None:
    (tmp_path / "us.key").write_text("rk_us\n")
    accounts = instances(
        "stripe@us: {api_key: {file: us.key}}\nstripe@eu: {api_key: {file: eu.key}}"
    )
    assert accounts["stripe@us"].values["STRIPE_API_KEY"] == "rk_us"
    assert "the file eu.key" in str(accounts["stripe@eu"].error)


def test_an_account_without_a_credential_is_a_fault_of_the_file(instances) -> None:
    accounts = instances("stripe@eu: {timezone: Etc/UTC}", {"STRIPE_API_KEY": "rk"})
    assert [str(x) for x in accounts["stripe@eu"].faults] == [
        "sources.yml:1: `stripe@eu`: no `api_key`; add it such as `api_key: {env: STRIPE_API_KEY}`"
    ]
    assert accounts["stripe"].error is None


def test_two_names_of_one_account_do_not_count_twice(instances) -> None:
    accounts = instances(
        "stripe@eu: {api_key: {env: KEY}}\nstripe@us: {api_key: {env: SAME_KEY}}",
        {"KEY": "rk", "SAME_KEY": "rk"},
    )
    assert accounts["stripe@eu"].error is None
    assert "is the same account as `stripe@eu`" in str(accounts["stripe@us"].error)


@pytest.mark.parametrize(
    "text",
    [
        "stripe@a: {api_key: {env: KEY}}\nstripe@b: {api_key: {env: KEY}, timezone: Asia/Tokyo}",
        "google_analytics@a: {property_id: 1}\ngoogle_analytics@b: {property_id: 1, transport: rest}",
        "zendesk@a: {subdomain: acme, oauth_token: {env: KEY}}\n"
        "zendesk@b: {subdomain: acme, oauth_token: {env: OTHER_KEY}}",
    ],
)
def test_an_account_read_in_two_ways_does_not_count_twice(instances, text: str) -> None:
    first, second = instances(text, {"KEY": "rk", "OTHER_KEY": "rk2"}).values()
    assert first.error is None
    assert "would count twice" in str(second.error)


def test_two_schemas_of_a_database_are_two_accounts(instances) -> None:
    text = (
        "sql_database@a: {url: {env: URL}, schema: a}\nsql_database@b: {url: {env: URL}, schema: b}"
    )
    accounts = instances(text, {"URL": "postgresql://db/shop"})
    assert [x.error for x in accounts.values()] == [None, None]


def test_exchange_rates_come_from_one_file(instances) -> None:
    """A day with two rates of a currency would convert its amounts twice, or at either of them."""
    accounts = instances(
        "exchange_rates: {exchange_rates: a.csv}\nexchange_rates@b: {exchange_rates: b.csv}"
    )
    assert accounts["exchange_rates"].error is None
    assert "`exchange_rates@b` is a second account beside `exchange_rates`" in str(
        accounts["exchange_rates@b"].error
    )


def test_a_broken_account_still_has_its_streams(instances) -> None:
    """Its pull fails with the fault, so that no total passes for whole without it."""
    accounts = instances("stripe@eu: {apikey: {env: KEY}}", {"KEY": "rk"})
    instance = accounts["stripe@eu"]
    assert [stream.name for stream in instance.source.streams] == [
        stream.name for stream in catalog.sources()["stripe"].streams
    ]
    assert "unknown key `apikey`" in str(instance.error)


def test_each_account_has_a_file_of_its_own_for_tokens(instances, tmp_path: Path) -> None:
    accounts = instances("zendesk@eu: {subdomain: eu}\nzendesk: {subdomain: acme}")
    assert accounts["zendesk@eu"].values["ZENDESK_TOKEN_FILE"] == (
        f"{tmp_path}/home/tokens/zendesk@eu.json"
    )
    assert (
        accounts["zendesk"].values["ZENDESK_TOKEN_FILE"] == f"{tmp_path}/home/tokens/zendesk.json"
    )


class TableForm(StreamForm):
    """A stream of a connector that asks its system for the columns."""

    table: str = Field(examples=["orders"])


def orders(schema: pa.Schema) -> Stream:
    return Stream(
        name="orders", description="Orders", schema=schema, key=("id",), cursor="placed_on"
    )


ORDERS = pa.schema(
    [column("id", pa.string(), "Which order"), column("placed_on", pa.date32(), "The day")]
)


@pytest.fixture
def with_tables(monkeypatch: pytest.MonkeyPatch):
    """The connector of exchange rates, as if it could pull declared tables."""
    own = catalog.sources()["exchange_rates"]

    def with_streams(source, forms, schemas):
        streams = [replace(orders(schemas[name]), name=name) for name in forms if name in schemas]
        return replace(source, streams=(*source.streams, *streams))

    declarable = Declarable(TableForm, with_streams, describe=lambda values, calls, forms: {})
    known = catalog.sources() | {"exchange_rates": replace(own, declarable=declarable)}
    monkeypatch.setattr(catalog, "sources", lambda: known)
    return known["exchange_rates"]


SHOPS = """\
shop@de:
  connector: exchange_rates
  exchange_rates: https://de.example
  streams: {orders: {table: orders}}
shop@fr:
  connector: exchange_rates
  exchange_rates: https://fr.example
  streams: {orders: {table: orders}}
"""


def answers(source, schema: pa.Schema) -> Described:
    return Described(fingerprint(source, TableForm(table="orders")), schema)


def test_a_stream_without_columns_is_left_out_and_its_fault_has_the_line(
    instances, with_tables
) -> None:
    accounts = instances(SHOPS)
    assert accounts["shop@de"].source.streams == ()
    assert [str(x) for x in accounts["shop@de"].faults] == [
        "sources.yml:4: `shop@de: orders` is left out, as its columns are not known: nobody has asked for them; run "
        "`okra check`"
    ]  # fmt: skip


def test_an_account_whose_stream_is_not_described_is_missed_and_not_left_out(
    instances, with_tables
) -> None:
    described = {"shop@fr": {"orders": answers(with_tables, ORDERS)}}
    accounts = instances(SHOPS, descriptions=described)
    assert [stream.name for stream in accounts["shop@fr"].source.streams] == ["orders"]
    assert [stream.name for stream in accounts["shop@de"].source.streams] == ["orders"]
    assert isinstance(accounts["shop@de"].errors["orders"], SourceError)
    assert not accounts["shop@fr"].errors


def test_a_changed_declaration_is_described_again(instances, with_tables) -> None:
    described = {"shop@fr": {"orders": answers(with_tables, ORDERS)}}
    accounts = instances(SHOPS.replace("table: orders", "table: sales"), descriptions=described)
    assert accounts["shop@fr"].source.streams == ()


def test_accounts_share_one_stream_with_the_columns_of_both(instances, with_tables) -> None:
    more = ORDERS.append(column("net", pa.decimal128(10, 2), "Amount"))
    described = {
        "shop@de": {"orders": answers(with_tables, ORDERS)},
        "shop@fr": {"orders": answers(with_tables, more)},
    }
    accounts = instances(SHOPS, descriptions=described)
    [stream] = streams_of_source(x.source for x in accounts.values()).values()
    assert stream.schema.names == ["id", "placed_on", "net"]
    assert stream.schema.field("net").nullable


def test_accounts_that_disagree_about_a_type_are_not_added(instances, with_tables) -> None:
    other = pa.schema([column("id", pa.int64(), "Which order"), ORDERS.field("placed_on")])
    described = {
        "shop@de": {"orders": answers(with_tables, ORDERS)},
        "shop@fr": {"orders": answers(with_tables, other)},
    }
    accounts = instances(SHOPS, descriptions=described)
    assert not accounts["shop@de"].errors
    assert "`shop@fr: orders` has another type of id in another account" in str(
        accounts["shop@fr"].errors["orders"]
    )


@pytest.mark.parametrize(("written", "said"), [
    ("timezone: Europe/Berln", "`timezone` of stripe@eu is 'Europe/Berln'"),
    ("restates_days: many", "`restates_days` of stripe@eu is 'many'"),
    ("restates_days: {invoce_lines: 4}", "of which 'invoce_lines:4' cannot be read"),
    ("requests_per_second: fast", "`requests_per_second` of stripe@eu is 'fast'"),
])  # fmt: skip
def test_a_value_that_cannot_be_read_is_a_fault_before_anything_is_pulled(
    instances, written: str, said: str
) -> None:
    text = f"stripe@us: {{api_key: {{env: US}}}}\nstripe@eu: {{api_key: {{env: EU}}, {written}}}"
    accounts = instances(text, {"EU": "rk_eu", "US": "rk_us"})
    [fault] = accounts["stripe@eu"].faults
    assert (fault.file, fault.line) == ("sources.yml", 2)
    assert said in fault.what
    assert accounts["stripe@us"].error is None


def test_what_the_system_answered_is_said_once(instances, with_tables) -> None:
    mark = fingerprint(with_tables, TableForm(table="orders"))
    described = {"shop@de": {"orders": Described(mark, fault="no such table: orders")}}
    [fault] = instances(SHOPS, descriptions=described)["shop@de"].faults
    assert str(fault).count("no such table: orders") == 1
