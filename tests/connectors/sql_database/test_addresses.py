"""Addresses of databases as providers and people write them."""

import pytest

from connectors.sdk.errors import Rejected
from connectors.sql_database.addresses import secrets_of
from connectors.sql_database.engine import open_engine


@pytest.mark.parametrize(
    ("scheme", "driver"),
    [
        ("postgres", "postgresql+psycopg"),
        ("postgresql", "postgresql+psycopg"),
        ("mysql", "mysql+pymysql"),
        ("mariadb", "mariadb+pymysql"),
        ("mysql+pymysql", "mysql+pymysql"),
    ],
)
def test_an_address_without_a_driver_takes_the_one_that_is_installed(
    scheme: str, driver: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = driver.partition("+")[2]
    pytest.importorskip(module)
    monkeypatch.setattr("connectors.sql_database.addresses.find_spec", lambda name: name == module)
    engine = open_engine(f"{scheme}://reader:secret@db.example/shop", 1)
    assert engine.url.drivername == driver


def test_a_password_with_an_at_sign_is_told_and_not_shown() -> None:
    with pytest.raises(Rejected) as error:
        open_engine("mysql+pymysql://reader:half@word@db.example/shop", 1)
    assert str(error.value) == (
        "the address of the database has an @ in its user or password; write %40 for it"
    )


def test_the_rest_of_a_password_with_an_at_sign_is_a_secret() -> None:
    assert "word" in {*secrets_of("mysql+pymysql://reader:half@word@db.example/shop")}
