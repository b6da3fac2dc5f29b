"""Dagster's records in PostgreSQL, with retries that outlast a restart of the server.

Dagster retries five times within some seconds and then lets the step fail. A server that is updated, or that fails
over, is down for longer. Here every connection waits for it, and an event whose insert failed is inserted again.

The only module that imports dagster-postgres, which the extra `postgres` installs.
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

from pipelines.orchestration.structured_log import log_events

MAX_WAIT_SECONDS = 300.0
"""How long to wait for the server: a restart takes seconds, a fail-over of a managed server up to some minutes."""
MAX_PAUSE_SECONDS = 5.0
_RESTART_CODES = {"57P01", "57P02", "57P03"}
"""SQLSTATE admin_shutdown, crash_shutdown and cannot_connect_now (PostgreSQL, appendix A, class 57)."""

T = TypeVar("T")
_log = logging.getLogger(__name__)


def with_retries(call: Callable[[], T], max_wait: float = MAX_WAIT_SECONDS) -> T:
    """What `call` returns, retried with backoff for up to `max_wait` seconds while the server is down.

    Raises what psycopg2 or SQLAlchemy raised, when the server stays down or the error is another one.
    """
    deadline, pause = time.monotonic() + max_wait, 0.2
    while True:
        try:
            return call()
        except (psycopg2.Error, sa.exc.DBAPIError) as error:
            if not is_down(error) or time.monotonic() + pause > deadline:
                raise
            _log.warning("PostgreSQL is down; trying again in %.1f s", pause)
        time.sleep(pause)
        pause = min(pause * 2, MAX_PAUSE_SECONDS)


def is_down(error: psycopg2.Error | sa.exc.DBAPIError) -> bool:
    """Whether the error says that the server is down, so that a retry may succeed."""
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    code = getattr(cause, "pgcode", None)
    if code is not None:
        return code in _RESTART_CODES
    # There is no code when no server answers, nor when it refuses the credentials before a session begins.
    # A lost connection raises a plain DatabaseError, and an InterfaceError once it is closed.
    is_lost = type(cause) in (
        psycopg2.OperationalError,
        psycopg2.DatabaseError,
        psycopg2.InterfaceError,
    )
    refusals = ("authentication failed", "not exist")
    return is_lost and not any(refusal in str(cause) for refusal in refusals)


def wait_to_connect(engine: sa.Engine) -> None:
    """Let each connection of `engine` wait for the server."""

    @sa.event.listens_for(engine, "do_connect")
    def connect(
        dialect: sa.Dialect, _record: Any, arguments: Sequence[Any], named: Mapping[str, Any]
    ) -> Any:
        return with_retries(lambda: dialect.connect(*arguments, **named))


class RetryingEventLogStorage(PostgresEventLogStorage):
    """An event log that repeats an insert when the server was down."""

    def store_event(self, event: EventLogEntry) -> None:
        """Store one event."""
        log_events([event])
        with_retries(lambda: super(RetryingEventLogStorage, self).store_event(event))

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store the events of one batch."""
        with_retries(lambda: super(RetryingEventLogStorage, self).store_event_batch(events))


class RetryingRunStorage(PostgresRunStorage):
    """Run records that repeat a write when the server was down."""

    def handle_run_event(self, run_id: str, event: DagsterEvent, *args: Any, **named: Any) -> None:
        """Update the run's record from an event."""
        with_retries(
            lambda: super(RetryingRunStorage, self).handle_run_event(run_id, event, *args, **named)
        )


class RetryingPostgresStorage(DagsterPostgresStorage):
    """All of Dagster's records on one server. In dagster.yaml: `storage: {custom: ...}`, as in deploy/dagster.yaml."""

    def __init__(
        self,
        postgres_url: str,
        should_autocreate_tables: bool = True,
        inst_data: ConfigurableClassData | None = None,
    ) -> None:
        # dagster-postgres needs psycopg2, whatever driver SQLAlchemy would choose
        address = sa.make_url(postgres_url).set(drivername="postgresql+psycopg2")
        postgres_url = address.render_as_string(hide_password=False)
        with_retries(sa.create_engine(address, poolclass=sa.NullPool).connect).close()
        super().__init__(postgres_url, should_autocreate_tables, inst_data)
        # the parent class has created the tables
        self._event_log_storage = RetryingEventLogStorage(postgres_url, False)
        self._run_storage = RetryingRunStorage(postgres_url, False)
        for storage in (self._event_log_storage, self._run_storage, self._schedule_storage):
            wait_to_connect(storage._engine)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "RetryingPostgresStorage":
        """Called by Dagster with the config in dagster.yaml."""
        create = config_value.get("should_autocreate_tables", True)
        return cls(pg_url_from_config(config_value), create, inst_data)
