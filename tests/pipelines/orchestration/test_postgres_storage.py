"""Who waits for a PostgreSQL that is away, and who does not."""

from types import SimpleNamespace

import psycopg2
import psycopg2.errors
import pytest
import sqlalchemy as sa

from pipelines.orchestration import postgres_storage
from pipelines.orchestration.postgres_storage import with_retries
from tests.connectors.clock import Clock

AWAY = 'connection to server on socket "/run/x/.s.PGSQL.5432" failed: No such file or directory'
BROKE_OFF = "server closed the connection unexpectedly"


class Server:
    """Answers after it has failed so often."""

    def __init__(self, *faults: Exception) -> None:
        self.faults = list(faults)
        self.asked = 0

    def __call__(self) -> str:
        self.asked += 1
        if self.faults:
            raise self.faults.pop(0)
        return "here"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """What the waiting goes by."""
    clock = Clock()
    time = SimpleNamespace(monotonic=clock, sleep=clock.sleep)
    monkeypatch.setattr(postgres_storage, "time", time)
    return clock


@pytest.mark.parametrize(
    "fault",
    [
        psycopg2.OperationalError(AWAY),
        psycopg2.OperationalError("FATAL:  the database system is starting up"),
        psycopg2.DatabaseError(BROKE_OFF),
        psycopg2.InterfaceError("connection already closed"),
        sa.exc.DatabaseError("select 1", {}, psycopg2.DatabaseError(BROKE_OFF)),
        sa.exc.OperationalError("select 1", {}, psycopg2.OperationalError(AWAY)),
    ],
)
def test_a_server_that_is_down_is_asked_again(fault, clock):
    server = Server(fault)
    assert with_retries(server, max_wait=10) == "here"
    assert server.asked == 2


@pytest.mark.parametrize(
    "fault",
    [
        psycopg2.OperationalError('FATAL:  password authentication failed for user "okra"'),
        psycopg2.OperationalError('FATAL:  database "dagster" does not exist'),
        psycopg2.ProgrammingError("can't adapt type 'Decimal'"),
        psycopg2.errors.UniqueViolation("duplicate key value"),
        sa.exc.IntegrityError("insert", {}, psycopg2.IntegrityError("duplicate key value")),
    ],
)
def test_a_fault_that_time_does_not_mend_is_told_at_once(fault):
    server = Server(fault)
    with pytest.raises(type(fault)):
        with_retries(server, max_wait=10)
    assert server.asked == 1


def test_patience_ends(clock):
    server = Server(*(psycopg2.OperationalError(AWAY) for _ in range(9)))
    with pytest.raises(psycopg2.OperationalError):
        with_retries(server, max_wait=2)
    assert clock.slept == [0.2, 0.4, 0.8]
    assert server.asked == 4
