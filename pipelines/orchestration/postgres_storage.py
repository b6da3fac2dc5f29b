"""Dagster's records in PostgreSQL, kept by runs that outlive a restart of the server.

Dagster asks five times within some seconds and then lets the step fail. A server that is updated, or that fails
over, is away for longer: here every connection waits for it, and an event that broke off is stored again.

The only module that leans on dagster-postgres, which comes with the extra `postgres`.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import psycopg2
import sqlalchemy as sa
from dagster import DagsterEvent, EventLogEntry
from dagster._serdes import ConfigurableClassData
from dagster_postgres import DagsterPostgresStorage, PostgresEventLogStorage, PostgresRunStorage
from dagster_postgres.utils import pg_url_from_config

PATIENCE = 300.0
"""Seconds to wait for the server: a restart takes seconds, a fail-over of a managed one up to some minutes."""
LONGEST_PAUSE = 5.0
_GOING_OR_COMING = {"57P01", "57P02", "57P03"}
"""The server's own words for: it is shut down, it crashed, it starts up (PostgreSQL, appendix A, class 57)."""

T = TypeVar("T")
_log = logging.getLogger(__name__)


def patiently(ask: Callable[[], T], patience: float = PATIENCE) -> T:
    """What `ask` gives, asked again for up to `patience` seconds while the server is away.

    Raises the fault of psycopg2 or SQLAlchemy as it came, when the server stays away or it is another one.
    """
    deadline, pause = time.monotonic() + patience, 0.2
    while True:
        try:
            return ask()
        except (psycopg2.Error, sa.exc.DBAPIError) as error:
            if not is_away(error) or time.monotonic() + pause > deadline:
                raise
            _log.warning("PostgreSQL is away; it is asked again in %.1f s", pause)
        time.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


def is_away(error: psycopg2.Error | sa.exc.DBAPIError) -> bool:
    """Whether the server went, or was not there: what asking again may mend."""
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    code = getattr(cause, "pgcode", None)
    if code is not None:
        return code in _GOING_OR_COMING
    # no code where no server answered, nor where it turned the credentials down before there was a session;
    # a connection that broke off is a DatabaseError of no kind, or an InterfaceError once it is closed
    lost = type(cause) in (
        psycopg2.OperationalError,
        psycopg2.DatabaseError,
        psycopg2.InterfaceError,
    )
    return lost and not any(said in str(cause) for said in ("authentication failed", "not exist"))


def wait_to_connect(engine: sa.Engine) -> None:
    """Let each connection of `engine` wait for the server."""

    @sa.event.listens_for(engine, "do_connect")
    def connect(
        dialect: sa.Dialect, _record: Any, arguments: Sequence[Any], named: Mapping[str, Any]
    ) -> Any:
        return patiently(lambda: dialect.connect(*arguments, **named))


class PatientEventLogStorage(PostgresEventLogStorage):
    """Events that are stored again when the server went away in the middle."""

    def store_event(self, event: EventLogEntry) -> None:
        """Store one event."""
        patiently(lambda: super(PatientEventLogStorage, self).store_event(event))

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store the events of one batch."""
        patiently(lambda: super(PatientEventLogStorage, self).store_event_batch(events))


class PatientRunStorage(PostgresRunStorage):
    """A run's status that is written again when the server went away in the middle."""

    def handle_run_event(self, run_id: str, event: DagsterEvent, *args: Any, **named: Any) -> None:
        """Take what an event says of its run."""
        patiently(
            lambda: super(PatientRunStorage, self).handle_run_event(run_id, event, *args, **named)
        )


class PatientPostgresStorage(DagsterPostgresStorage):
    """All of Dagster's records, on one server. In dagster.yaml: `storage: {custom: ...}`, as deploy/ has it."""

    def __init__(
        self,
        postgres_url: str,
        should_autocreate_tables: bool = True,
        inst_data: ConfigurableClassData | None = None,
    ) -> None:
        # dagster-postgres is written for psycopg2, whatever driver SQLAlchemy would take of itself
        address = sa.make_url(postgres_url).set(drivername="postgresql+psycopg2")
        postgres_url = address.render_as_string(hide_password=False)
        patiently(sa.create_engine(address, poolclass=sa.NullPool).connect).close()
        super().__init__(postgres_url, should_autocreate_tables, inst_data)
        # the tables are there by now
        self._event_log_storage = PatientEventLogStorage(postgres_url, False)
        self._run_storage = PatientRunStorage(postgres_url, False)
        for storage in (self._event_log_storage, self._run_storage, self._schedule_storage):
            wait_to_connect(storage._engine)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "PatientPostgresStorage":
        """Built by Dagster from dagster.yaml."""
        create = config_value.get("should_autocreate_tables", True)
        return cls(pg_url_from_config(config_value), create, inst_data)
