"""What is fuzzed, by kind: a function that reads the input of a seed, and raises where it is not read as it should be.

An input may be refused, by the faults that a reader returns or by what it declares to raise. Anything else is a crash.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, date, datetime
from functools import cache
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from connectors.exchange_rates import rates_of
from connectors.hubspot.rows import Additions, rows_of_objects
from connectors.lake.broken import UNREADABLE
from connectors.lake.manifest import Attempt, Finding, Manifest, read_attempt, read_schema
from connectors.lake.month import Month, as_document, read_month
from connectors.lake.store import Document, Entry, LakeError
from connectors.sdk.contract import Stream
from connectors.sdk.errors import SourceError
from connectors.sdk.fields import columns, page_of
from connectors.sdk.fitting import fitting
from connectors.sdk.sheets.files import grid_of
from connectors.stripe import ledger
from connectors.zendesk import rows as zendesk
from pipelines.okr.definition.check_ins import read_check_ins
from pipelines.okr.definition.loading import load
from pipelines.okr.definition.yaml_tree import TreeError, read_tree
from pipelines.settings.sources_file import read_sources
from tests.connectors.spreadsheet.fuzz.harness import check as check_sheet
from tests.fuzz.values import changed, torn
from tests.pipelines.inputs.mutations import mutated
from tests.pipelines.inputs.test_fuzzed_declarations import KPIS, OKR, SMALL_OKR, assert_told

SOURCES = """\
stripe@eu: {api_key: {env: STRIPE_EU_KEY}, timezone: Europe/Berlin}
shop:
  connector: sql_database
  url: {env: SHOP_URL}
  streams:
    orders:
      query: select id, ordered_at, net from orders where ordered_at >= :since and ordered_at < :until
      key: [id]
      cursor: ordered_at
      columns: {id: text, ordered_at: timestamp, net: decimal}
"""
CHECK_INS = """\
- {key_result: more/revenue, day: 2026-11-20, by: ceo@example.com, confidence: 80 %, note: signed}
- {key_result: more/likes, day: 2026-11-21, by: ana@example.com, decision: hire}
"""
MOVEMENT: Mapping[str, Any] = {
    "id": "txn_1",
    "created": 1_764_000_000,
    "available_on": 1_764_100_000,
    "type": "charge",
    "reporting_category": "charge",
    "currency": "usd",
    "amount": 1000,
    "fee": 59,
    "net": 941,
    "exchange_rate": None,
    "source": "ch_1",
}
EXPORT: Mapping[str, Any] = {
    "tickets": [
        {
            "id": 1,
            "created_at": "2026-11-24T10:00:00Z",
            "updated_at": "2026-11-24T11:00:00Z",
            "generated_timestamp": 1_764_000_000,
            "status": "solved",
            "type": "question",
            "group_id": 7,
            "tags": ["closed_by_merge"],
            "via": {
                "channel": "email",
                "source": {"rel": "follow_up", "from": {"ticket_id": 4}},
            },
            "satisfaction_rating": {"score": "good"},
        }
    ],
    "groups": [{"id": 7, "name": "Support"}],
    "metric_sets": [
        {
            "ticket_id": 1,
            "solved_at": "2026-11-24T11:00:00Z",
            "reply_time_in_minutes": {"calendar": 12, "business": 3},
        }
    ],
}
DEAL: Mapping[str, Any] = {
    "id": "9",
    "createdAt": "2026-11-01T10:00:00Z",
    "updatedAt": "2026-11-24T10:00:00Z",
    "archived": False,
    "properties": {
        "amount": "1200.50",
        "closedate": "2026-11-20",
        "dealstage": "closedwon",
        "hs_lastmodifieddate": "2026-11-24T10:00:00Z",
        "hs_merged_object_ids": "3;4",
        "hubspot_owner_id": "77",
        "pipeline": "default",
    },
}
RATES = b"Date,USD,JPY,\n2026-11-24,1.1573,179.95,\n2026-11-23,1.1570,N/A,\n"
FINDING = Finding(
    what="wrong_type", message="amount cannot be read", rows=2, day=date(2026, 11, 24)
)
WINDOW = Manifest(
    source="stripe",
    stream="balance_transactions",
    window=date(2026, 11, 24),
    data_through=date(2026, 11, 24),
    pulled_at=datetime(2026, 11, 25, 5, tzinfo=UTC),
    rows=31,
    bytes=6210,
    checksum="c0ffee",
    schema_hash="5eed",
    settled=False,
    flags=("partial",),
    findings=(FINDING,),
    connector_version="1",
    run_id="run-1",
    files=("month=2026-11/a.parquet",),
    since=datetime(2026, 11, 24, tzinfo=UTC),
    until=datetime(2026, 11, 25, tzinfo=UTC),
)


def definition(random: Random) -> None:
    """An OKR file."""
    content = damaged_text(random, OKR, SMALL_OKR)
    loaded = load({"o.yml": content}, KPIS)
    assert_told(loaded.faults, "o.yml", content)
    is_refused = any(fault.stops_file for fault in loaded.faults)
    assert is_refused != bool(loaded.objectives), content


def declaration(random: Random) -> None:
    """`sources.yml`, or a file of check-ins, or any YAML."""
    choice = random.random()
    with suppress(TreeError):
        if choice < 0.4:
            read_sources(damaged_text(random, SOURCES), "sources.yml")
        elif choice < 0.7:
            read_check_ins({"c.yml": damaged_text(random, CHECK_INS)}, {}, date(2026, 11, 27))
        else:
            read_tree(damaged_text(random, SOURCES, OKR))


def damaged_text(random: Random, *sound: str) -> bytes:
    """A file that a hand or a transfer has changed."""
    content = mutated(random, random.choice(sound))
    return torn(random, content) if random.random() < 0.3 else content


def sheet(random: Random) -> None:
    """A CSV, a workbook or an answer of Google Sheets, and bytes that may be none of them."""
    if random.random() < 0.7:
        check_sheet(random.randrange(2**40))
    else:
        with suppress(SourceError):
            grid_of(torn(random, random.choice((RATES, b"PK\x03\x04" + RATES))), "kpis")


def decoder(random: Random) -> None:
    """An answer of a vendor, up to the typed rows that the lake would store."""
    with suppress(SourceError):
        random.choice((movements, tickets, deals, rates))(random)


def movements(random: Random) -> None:
    page = page_of(
        "Stripe",
        [changed(random, MOVEMENT)],
        lambda item: [columns(item, ledger.MOVEMENT)],
        lambda _: None,
    )
    fits(ledger.BALANCE_TRANSACTIONS, page.rows)


def tickets(random: Random) -> None:
    answer = changed(random, EXPORT)
    page = answer if isinstance(answer, dict) else {}
    fits(zendesk_stream(), zendesk.tickets(page))


def deals(random: Random) -> None:
    item = changed(random, DEAL)
    stream = hubspot_stream()
    page = page_of(
        "HubSpot",
        [item],
        lambda given: rows_of_objects(stream, [given], Additions()),
        lambda _: None,
    )
    fits(stream, page.rows)


def rates(random: Random) -> None:
    rates_of(torn(random, RATES), "rates.csv")


@cache
def zendesk_stream() -> Stream:
    from connectors.zendesk.source import SOURCE

    return SOURCE.stream("tickets")


@cache
def hubspot_stream() -> Stream:
    from connectors.hubspot.source import SOURCE

    return SOURCE.stream("deals")


def fits(stream: Stream, rows: Sequence[Mapping[str, Any]]) -> None:
    """The rows become a table of the stream's schema, or are set aside."""
    fitted = fitting(stream, rows)
    assert fitted.table.schema.names == stream.schema.names


def manifest(random: Random) -> None:
    """A month of the lake, an attempt or a schema, with bytes or values changed."""
    read, document = random.choice(documents())
    if random.random() < 0.5 and read is not read_schema:
        content = json.dumps(changed(random, json.loads(document))).encode("utf-8", "replace")
    else:
        content = torn(random, document)
    with suppress(*UNREADABLE, LakeError):
        read(Document(content, Entry("etag", WINDOW.pulled_at)))


@cache
def documents() -> Sequence[tuple[Callable[[Document], Any], bytes]]:
    month = Month(
        {WINDOW.window: WINDOW},
        {"month=2026-11/a.parquet": frozenset({WINDOW.window})},
        has_document=True,
    )
    attempt = Attempt(
        source="stripe",
        stream="balance_transactions",
        at=WINDOW.pulled_at,
        outcome="ok",
        message="",
    )
    sink = pa.BufferOutputStream()
    pa.parquet.write_table(ledger.BALANCE_TRANSACTIONS.schema.empty_table(), sink)
    return (
        (read_month, as_document(month)),
        (read_attempt, json.dumps(asdict(attempt), default=str).encode()),
        (read_schema, sink.getvalue().to_pybytes()),
    )


KINDS: Mapping[str, Callable[[Random], None]] = {
    "definitions": definition,
    "declarations": declaration,
    "sheets": sheet,
    "decoders": decoder,
    "manifests": manifest,
}
