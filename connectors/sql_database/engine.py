"""Opening a database by its address, and what its errors mean, without showing the password. Nothing is written."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from connectors.sdk.errors import (
    CredentialError,
    PermissionDenied,
    Rejected,
    SourceError,
    Unavailable,
)
from connectors.sdk.http import excerpt, redact
from connectors.sql_database.addresses import FORMAT, missing, secrets_of, url_of

if TYPE_CHECKING:
    import sqlalchemy as sa

T = TypeVar("T")

MYSQL = {"mysql", "mariadb"}
"""SQLAlchemy's names of the dialects that are MySQL's."""
CONNECT_TIMEOUT_ARGUMENTS = {
    "psycopg": "connect_timeout",
    "psycopg2": "connect_timeout",
    "pymysql": "connect_timeout",
    "mysqldb": "connect_timeout",
    "mysqlconnector": "connection_timeout",
    "pyodbc": "timeout",
}
"""The name of each driver's argument for the seconds to connect."""
QUOTED = re.compile(r"([\"'`]).*\1", re.DOTALL)
"""What a message about a value quotes: the value, which may be private."""

# Errors are not standardised: they are recognised by SQLSTATE or MySQL's number, else by the words of the message.
UNKNOWN_USER = re.compile(
    r"^28|^1045$|^1698$|password|authenticat|access denied for user|login failed|logon denied|ORA-01017",
    re.IGNORECASE,
)
NOT_PERMITTED = re.compile(
    r"^42501$|^1044$|^1142$|^1143$|permission denied|not authorized|command denied|"
    r"permission was denied|insufficient privileges",
    re.IGNORECASE,
)
REFUSED = re.compile(
    r"^3D|^42|^1049$|^1146$|^1054$|no such (table|column)|does not exist|unknown database",
    re.IGNORECASE,
)
TOO_LONG = re.compile(r"^57014$|^3024$|^1969$|^interrupted$")
"""A statement that took longer than it may."""
UNKNOWN_ZONE = 1298
"""MySQL's number for a zone that the server has not loaded."""
OTHER_ZONE = "okra_other_zone"
"""The mark of a connection whose session was put into another zone than UTC."""
UTC = "UTC"
STEPS_BETWEEN_LOOKS = 100_000
"""Of SQLite's machine, between two looks at the clock: some milliseconds."""


class Database:
    """An open database, for several threads."""

    def __init__(
        self, address: str, connections: int, *, seconds: int = 600, zone: str = "UTC"
    ) -> None:
        """`address` is a SQLAlchemy URL. Raises `SourceError`. Connects when first asked.

        A statement of `batches` may take `seconds`. `zone` is that of the session there and in `ask_reading`, where a
        database has one and knows it.
        """
        self._secrets = [*secrets_of(address)]
        self._engine = open_engine(address, connections)
        self._seconds = seconds
        self._zone = zone

    @property
    def dialect(self) -> str:
        """sqlite, postgresql, mysql, …"""
        return self._engine.dialect.name

    def ask(self, question: Callable[["sa.Connection"], T]) -> T:
        """The result of `question` on a connection of its own. Raises the `SourceError` behind an error."""
        with self._open() as connection:
            return question(connection)

    def ask_reading(self, question: Callable[["sa.Connection"], T], *, in_utc: bool = False) -> T:
        """`ask`, in a transaction that can only read, for a user's own statement. `in_utc`: the session is in UTC."""
        with self._open() as connection:
            only_read(connection, self._seconds, UTC if in_utc else self._zone)
            return question(connection)

    def batches(
        self, query: "sa.Select[Any]", size: int, *, in_utc: bool = False
    ) -> Iterator[Sequence[Any]]:
        """The rows of a user's own query as they come, `size` at a time, in a transaction that can only read.

        Neither the database's answer nor the driver's copy of it is held in memory. `in_utc`: the session is in UTC.
        Raises `SourceError`.
        """
        with self._open() as connection:
            only_read(connection, self._seconds, UTC if in_utc else self._zone)
            result = connection.execution_options(yield_per=size).execute(query)
            try:
                yield from result.partitions()
            except GeneratorExit:
                if self.dialect in MYSQL:
                    connection.invalidate()  # its driver would read all other rows first
                raise

    @contextmanager
    def _open(self) -> Iterator["sa.Connection"]:
        """A connection whose errors are raised as the `SourceError` they mean."""
        import sqlalchemy as sa

        try:
            with self._engine.connect() as connection:
                yield connection
        except (sa.exc.SQLAlchemyError, OSError) as error:
            # `from None`: the driver's exception can hold what is redacted here
            raise fault_of(error, self._secrets, self._seconds) from None

    def close(self) -> None:
        self._engine.dispose()


def open_engine(address: str, connections: int) -> "sa.Engine":
    """SQLAlchemy's engine for `address`. Connects to nothing yet."""
    import sqlalchemy as sa

    try:
        url = url_of(address)
        argument = CONNECT_TIMEOUT_ARGUMENTS.get(url.get_driver_name())
        engine = sa.create_engine(
            url,
            connect_args={argument: 10} if argument and argument not in url.query else {},
            hide_parameters=True,
            max_overflow=0,
            pool_pre_ping=True,
            pool_size=connections,
            pool_timeout=60,
        )
        if url.get_backend_name() in MYSQL:
            sa.event.listen(engine, "connect", set_session_zone)
            sa.event.listen(engine, "checkout", reset_session_zone)
        if url.get_backend_name() == "sqlite":
            sa.event.listen(engine, "connect", read_texts_of_other_encodings)
        return engine
    except sa.exc.NoSuchModuleError:
        name = url.drivername.partition("+")[0]
        raise missing(name, f"SQLAlchemy does not know the databases {url.drivername!r}") from None
    except ImportError as error:
        name = (error.name or "").partition(".")[0] or url.get_driver_name()
        raise missing(name, f"the driver {name!r} is not installed") from None
    except (sa.exc.ArgumentError, ValueError):
        raise Rejected("DATABASE_URL is not the address of a database", FORMAT) from None


def only_read(connection: "sa.Connection", seconds: int, zone: str) -> None:
    """Have the transaction only read, and end a statement after `seconds`, where the database can.

    PostgreSQL's session is in `zone`, so that `ordered_at::date` is the day there, and so is MySQL's where the server
    knows the zone. A cursor's query is planned to be read to its end. A SQLite file is open read-only already.
    """
    import sqlalchemy as sa

    dialect = connection.dialect
    if dialect.name == "postgresql":
        settings = {
            "transaction_read_only": "on",
            "statement_timeout": str(seconds * 1_000),
            "TimeZone": zone,
            "cursor_tuple_fraction": "1",
        }
        listed = [sa.func.set_config(name, value, True) for name, value in settings.items()]
        connection.execute(sa.select(*listed))
    elif dialect.name in MYSQL:
        is_mariadb = bool(getattr(dialect, "is_mariadb", False))
        limit = (
            f"max_statement_time = {seconds}"
            if is_mariadb
            else f"max_execution_time = {seconds * 1_000}"
        )
        connection.exec_driver_sql(f"SET SESSION {limit}")
        move_session(connection, zone)
        connection.exec_driver_sql("START TRANSACTION READ ONLY")
    elif dialect.name == "sqlite":
        end = time.monotonic() + seconds
        driver: Any = connection.connection.dbapi_connection
        driver.set_progress_handler(lambda: time.monotonic() > end, STEPS_BETWEEN_LOOKS)


def set_session_zone(connection: Any, record: object) -> None:
    """Set the session's zone, in which MySQL shows TIMESTAMPs, to UTC, so that no hour is skipped or repeated."""
    with closing(connection.cursor()) as cursor:
        cursor.execute("SET time_zone = '+00:00'")


def reset_session_zone(connection: Any, record: Any, proxy: object) -> None:
    """Set the session's zone to UTC again where somebody else's statement has put it into another."""
    if record.info.pop(OTHER_ZONE, None):
        set_session_zone(connection, record)


def move_session(connection: "sa.Connection", zone: str) -> None:
    """Put MySQL's session into `zone`, in which `date(created_at)` of a TIMESTAMP is then the day.

    It stays in UTC where the server does not know the zone: many have not loaded any.
    """
    import sqlalchemy as sa

    if zone == UTC:
        return
    try:
        connection.exec_driver_sql("SET time_zone = %s", (zone,))
    except sa.exc.DBAPIError as error:
        if str(UNKNOWN_ZONE) not in codes_of(error.orig):
            raise
        return
    connection.info[OTHER_ZONE] = True


def read_texts_of_other_encodings(connection: Any, record: object) -> None:
    """Have SQLite, which checks no text, give one that is not in UTF-8 with marks that no column takes.

    Its driver would refuse the whole page, and show the text.
    """
    connection.text_factory = lambda content: content.decode("utf-8", "surrogateescape")


def diagnose(error: Exception) -> SourceError | None:
    """The fault behind an exception raised outside `Database.ask`; None when it is not the database's."""
    import sqlalchemy as sa

    return fault_of(error, []) if isinstance(error, sa.exc.SQLAlchemyError) else None


def fault_of(error: Exception, secrets: list[str], seconds: int = 0) -> SourceError:
    """The fault behind SQLAlchemy's exception, whatever the database and the driver."""
    import sqlalchemy as sa

    cause = error.orig if isinstance(error, sa.exc.DBAPIError) and error.orig else error
    text = redact(str(cause), *secrets).strip()
    if isinstance(error, sa.exc.DataError):
        text = QUOTED.sub("...", text.partition("\n")[0])
    message = excerpt(text) or type(cause).__name__
    codes = [code for code in codes_of(cause) if code]

    # codes first: MySQL uses the same words to deny a user the server and a database
    known = [
        code
        for code in codes
        if any(pattern.search(code) for pattern in (UNKNOWN_USER, NOT_PERMITTED, REFUSED))
    ]

    def matches(pattern: re.Pattern[str]) -> bool:
        return any(map(pattern.search, known or [message]))

    if any(map(TOO_LONG.search, [*codes, message])):
        return Rejected(
            f"a query took longer than {seconds} seconds"
            if seconds
            else f"a query was ended: {message}",
            "make it cheaper (an index, fewer columns), or raise DATABASE_TIMEOUT_SECONDS",
        )
    if matches(UNKNOWN_USER):
        return CredentialError(
            f"the database does not let us in: {message}",
            "correct the user and password in DATABASE_URL",
        )
    if matches(NOT_PERMITTED):
        return PermissionDenied(
            f"the database user may not read this: {message}", "grant it SELECT on the tables"
        )
    if matches(REFUSED):
        return Rejected(f"the database refuses: {message}")
    outages = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.InternalError)
    if isinstance(error, (*outages, sa.exc.TimeoutError, sa.exc.DisconnectionError, OSError)):
        return Unavailable(
            f"the database does not answer: {message}", "check that it runs and DATABASE_URL"
        )
    return Rejected(f"the database refuses: {message}")


def codes_of(cause: object) -> Iterator[str]:
    """SQLSTATE, or the number that MySQL's drivers put first."""
    for name in ("sqlstate", "pgcode"):
        yield str(getattr(cause, name, None) or "")
    first = next(iter(getattr(cause, "args", ())), "")
    if isinstance(first, int) or (isinstance(first, str) and len(first) == 5):
        yield str(first)
