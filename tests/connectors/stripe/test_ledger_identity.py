"""However the ledger is pulled, the lake is the same to the byte."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from connectors.lake.lake import Lake
from connectors.sandbox.apportion import dice
from connectors.sandbox.http_server import Reply
from connectors.sandbox.ledger import rows_until
from connectors.sandbox.stripe import KEY, MORNING, Faults, StripeServer, too_many
from connectors.sandbox.stripe_lists import error
from connectors.sdk.contract import Source
from connectors.sdk.engine import pull
from connectors.sdk.windows import Range
from connectors.stripe.source import BALANCE_TRANSACTIONS, SOURCE
from tests.connectors.clock import unslept

TODAY = date(2026, 11, 24)
HISTORY = Range(date(2024, 12, 1), date(2026, 11, 23))
"""723 days."""
REQUESTS = 200
"""More than any of these pulls makes."""
WRONG = (
    too_many(),
    too_many("1"),
    too_many("Wed, 21 Oct 2015 07:28:00 GMT", reason="global-concurrency"),
    error(429, "This object cannot be accessed right now.", code="lock_timeout"),
    error(500, "Something went wrong"),
    Reply(503, b"<html>Service unavailable</html>"),
    Reply(200, b'{"object": "list", "data": [{"id": "txn_'),
)
"""What can stand in an answer's place: refusals in each of their forms, breakdowns, half a body."""

Checksums = dict[date, str]

pytestmark = pytest.mark.large


def checksums(source: Source, folder: Path, faults: Faults) -> tuple[Checksums, StripeServer]:
    """The committed windows of the whole history, pulled without waiting, and the server that gave them."""
    lake = Lake(folder)
    calls = unslept(source)
    with StripeServer(TODAY, requests_per_second=10_000, faults=faults) as server:
        (report,) = pull(
            source,
            {"STRIPE_API_KEY": KEY, "STRIPE_API_BASE": server.address},
            lake,
            HISTORY,
            now=lambda: datetime(2026, 11, 24, 12, tzinfo=UTC),
            only=["balance_transactions"],
            calls=calls,
        )
    assert report.error is None
    committed = lake.manifests("stripe", "balance_transactions")
    return {window: manifest.checksum for window, manifest in committed.items()}, server


def sliced(windows: int, workers: int) -> Source:
    """The connector with slices of another length and another number of workers."""
    stream = replace(BALANCE_TRANSACTIONS, windows_per_slice=windows)
    return replace(SOURCE, streams=(stream,), workers=workers)


@pytest.fixture(scope="module")
def serial_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One request after the other, nothing going wrong."""
    folder = tmp_path_factory.mktemp("serial")
    checksums(sliced(31, 1), folder, Faults())
    return folder


@pytest.fixture(scope="module")
def serial(serial_lake: Path) -> Checksums:
    """The checksums of its windows."""
    committed = Lake(serial_lake).manifests("stripe", "balance_transactions")
    return {window: manifest.checksum for window, manifest in committed.items()}


def test_the_serial_pull_holds_every_row_of_the_ledger_once(
    serial_lake: Path, serial: Checksums
) -> None:
    midnight = int(datetime(2026, 11, 24, tzinfo=UTC).timestamp())
    booked = [
        x["id"] for x in rows_until(datetime.combine(TODAY, MORNING)) if x["created"] < midnight
    ]
    held = [
        name
        for window in serial
        for name in Lake(serial_lake).read("stripe", BALANCE_TRANSACTIONS, window)["id"].to_pylist()
    ]
    assert sorted(held) == sorted(booked)
    assert len(serial) == 723


def test_twenty_five_slices_side_by_side_give_the_same_lake(
    serial: Checksums, tmp_path: Path
) -> None:
    pulled, _ = checksums(sliced(29, 25), tmp_path, Faults())  # 24 times 29 days, and 27
    assert pulled == serial


@pytest.mark.parametrize("seed", range(2))
def test_one_request_in_twenty_going_wrong_changes_no_byte(
    serial: Checksums, tmp_path: Path, seed: int
) -> None:
    luck = dice("one in twenty", seed)
    struck = sorted(int(n) for n in luck.choice(range(1, REQUESTS), REQUESTS // 20, replace=False))
    kinds = [*WRONG, None]  # None: the answer breaks off
    given = {n: kinds[place % len(kinds)] for place, n in enumerate(struck)}
    replies = {n: reply for n, reply in given.items() if reply}
    faults = Faults(replies=replies, cut_off=frozenset(struck) - replies.keys())
    pulled, server = checksums(sliced(29, 25), tmp_path, faults)
    met = [n for n in struck if n <= server.pages_asked]
    assert len(met) >= 6
    assert server.pages_asked < REQUESTS
    assert pulled == serial
