"""The address of a database: what is wrong with one, which driver it takes, and what of it must not be shown.

Nothing is connected to. A SQLite file is opened read-only, so that a mistyped path creates no empty database.
"""

import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from connectors.sdk.errors import CredentialError, Rejected

if TYPE_CHECKING:
    import sqlalchemy as sa

PACKAGES = {
    "psycopg2": "psycopg2-binary",
    "psycopg": "'psycopg[binary]'",
    "MySQLdb": "mysqlclient",
    "mysql": "mysql-connector-python",
    "snowflake": "snowflake-sqlalchemy",
    "bigquery": "sqlalchemy-bigquery",
    "redshift": "sqlalchemy-redshift",
    "databricks": "databricks-sqlalchemy",
    "trino": "trino",
}
"""What `pip install` calls the module of a driver, where the names differ or the dialect is an add-on."""
PLAIN_SCHEMES = {
    "postgres": ("postgresql", ("psycopg2", "psycopg")),
    "postgresql": ("postgresql", ("psycopg2", "psycopg")),
    "mysql": ("mysql", ("MySQLdb", "pymysql")),
    "mariadb": ("mariadb", ("MySQLdb", "pymysql")),
}
"""Of an address that names no driver, such as a provider gives: the dialect, and the modules of its drivers. The first
is SQLAlchemy's choice, the last the one that Okra's extra brings."""
FORMAT = "write it as dialect+driver://user:password@host/database or sqlite:////path/to/file"


def url_of(address: str) -> "sa.URL":
    """The address as SQLAlchemy has it, with a driver. Raises `SourceError` where it is none that can be opened."""
    import sqlalchemy as sa

    if not address.strip():
        raise CredentialError("DATABASE_URL is not set", FORMAT)
    try:
        url = with_driver(sa.make_url(address.strip()))
    except (sa.exc.ArgumentError, ValueError):
        raise Rejected("DATABASE_URL is not the address of a database", FORMAT) from None
    if "@" in (url.host or ""):
        raise Rejected(
            "the address of the database has an @ in its user or password", "write %40 for it"
        )
    return read_only_file(url) if url.get_backend_name() == "sqlite" else url


def with_driver(url: "sa.URL") -> "sa.URL":
    """The address with a driver that is installed, where it names none."""
    if url.drivername not in PLAIN_SCHEMES:
        return url
    dialect, drivers = PLAIN_SCHEMES[url.drivername]
    driver = next((name for name in drivers if find_spec(name)), drivers[-1])
    return url.set(drivername=f"{dialect}+{driver.lower()}")


def missing(module: str, message: str) -> Rejected:
    """A package is not installed."""
    return Rejected(message, f"pip install {PACKAGES.get(module, module)}, or correct DATABASE_URL")


def read_only_file(url: "sa.URL") -> "sa.URL":
    """The SQLite file of `url`, opened read-only. Raises `Rejected` when it does not exist."""
    name = url.database or ""
    if not name or ":memory:" in name:
        raise Rejected("DATABASE_URL names no SQLite file", FORMAT)
    if not name.startswith("file:"):
        path = Path(name)
        if not path.is_file():
            raise Rejected(f"there is no SQLite file {path}", "correct the path in DATABASE_URL")
        url = url.set(database=f"file:{quote(str(path.resolve()))}")
    return url.update_query_dict({"mode": "ro", "uri": "true"})


def secrets_of(address: str) -> Iterator[str]:
    """What must not be shown of an address: the address, and its passwords, plain and URL-encoded."""
    import sqlalchemy as sa

    yield address.strip()
    try:
        url = sa.make_url(address.strip())
    except (sa.exc.ArgumentError, ValueError):
        return
    before, at, _ = (url.host or "").rpartition("@")
    if at:  # the rest of a password with an @, which is read as the host
        yield before
    secrets = [url.password] if url.password else []
    for name, value in url.query.items():
        if re.search(r"pass|pwd|secret|token|key|credential", name, re.IGNORECASE):
            secrets += [value] if isinstance(value, str) else value
    for secret in secrets:
        yield from {secret, quote(secret, safe=""), quote_plus(secret)}
