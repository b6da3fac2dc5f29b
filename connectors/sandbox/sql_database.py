"""The sample company's shop as a SQLite file: an application's database as it stands on `today`."""

import os
import sqlite3
import uuid
from collections.abc import Iterable
from datetime import date, datetime, time
from pathlib import Path

import numpy as np

from connectors.sandbox.served import Served
from connectors.sandbox.shop import GOODS, Lines, Orders, Times, books

VERSION = 1
"""To be raised when the shop's rows change, so that an older file is not reused."""
MORNING = time(9)
"""The time of `today` (UTC) that the shop shows."""

TABLES = """
CREATE TABLE orders (
    order_id TEXT PRIMARY KEY, customer_id TEXT NOT NULL, ordered_at TIMESTAMP NOT NULL,
    status TEXT NOT NULL, currency TEXT NOT NULL, total_minor INTEGER NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE TABLE order_lines (
    order_id TEXT NOT NULL, line_number INTEGER NOT NULL, product TEXT NOT NULL,
    color TEXT NOT NULL, quantity INTEGER NOT NULL, amount_minor INTEGER NOT NULL,
    updated_at TIMESTAMP NOT NULL, PRIMARY KEY (order_id, line_number)
);
CREATE TABLE shipments (
    shipment_id TEXT PRIMARY KEY, order_id TEXT NOT NULL, product TEXT NOT NULL,
    color TEXT NOT NULL, quantity INTEGER NOT NULL, shipped_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
"""
INDEXES = """
CREATE INDEX orders_updated ON orders (updated_at);
CREATE INDEX order_lines_updated ON order_lines (updated_at);
CREATE INDEX shipments_updated ON shipments (updated_at);
"""


def write_shop(path: Path, now: datetime) -> None:
    """Write the shop as it stands at `now` (UTC, naive) to a new SQLite file, in one step."""
    orders, lines = books(now.date())
    moment = np.datetime64(now, "s")
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        database = sqlite3.connect(temporary)
        try:
            database.executescript(f"PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY; {TABLES}")
            with database:
                fill(database, "orders", order_rows(orders, moment))
                fill(database, "order_lines", line_rows(orders, lines, moment))
                fill(database, "shipments", shipment_rows(orders, lines, moment))
            database.executescript(INDEXES)
        finally:
            database.close()
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def fill(database: sqlite3.Connection, table: str, columns: list[list[object]]) -> None:
    """Insert rows given column by column."""
    places = ", ".join("?" * len(columns))
    database.executemany(f"INSERT INTO {table} VALUES ({places})", zip(*columns, strict=True))  # noqa: S608


def order_rows(orders: Orders, now: np.datetime64) -> list[list[object]]:
    """The columns of `orders`."""
    seen = orders.placed <= now
    placed, paid, ended = orders.placed[seen], orders.paid[seen], orders.ended[seen]
    end = np.where(orders.cancelled[seen], "cancelled", "shipped")
    status = np.where(ended <= now, end, np.where(paid <= now, "paid", "placed"))
    updated = np.where(ended <= now, ended, np.where(paid <= now, paid, placed))
    return [
        [f"o-{number:06d}" for number in orders.number[seen]],
        [f"c-{number:05d}" for number in orders.customer[seen]],
        texts(placed),
        status.tolist(),
        ["usd"] * len(placed),
        orders.total[seen].tolist(),
        texts(updated),
    ]


def line_rows(orders: Orders, lines: Lines, now: np.datetime64) -> list[list[object]]:
    """The columns of `order_lines`."""
    seen = orders.placed[lines.order] <= now
    order = lines.order[seen]
    return [
        [f"o-{number:06d}" for number in orders.number[order]],
        lines.line[seen].tolist(),
        *goods(lines.good[seen]),
        lines.quantity[seen].tolist(),
        lines.amount[seen].tolist(),
        texts(orders.placed[order]),
    ]


def shipment_rows(orders: Orders, lines: Lines, now: np.datetime64) -> list[list[object]]:
    """The columns of `shipments`: one for each line of a shipped order."""
    seen = (orders.ended[lines.order] <= now) & ~orders.cancelled[lines.order]
    order = lines.order[seen]
    numbers, shipped = orders.number[order], texts(orders.ended[order])
    return [
        [f"s-{n:06d}-{line}" for n, line in zip(numbers, lines.line[seen], strict=True)],
        [f"o-{number:06d}" for number in numbers],
        *goods(lines.good[seen]),
        lines.quantity[seen].tolist(),
        shipped,
        shipped,
    ]


def goods(places: Iterable[int]) -> list[list[object]]:
    """Product and colour."""
    pairs = [GOODS[place] for place in places]
    return [[product for product, _ in pairs], [color for _, color in pairs]]


def texts(times: Times) -> list[object]:
    """Moments the way SQLite's own functions write them: `2026-04-01 08:30:00`."""
    return [text.replace("T", " ") for text in np.datetime_as_string(times, unit="s").tolist()]


def serve(today: date, home: Path) -> Served:
    """The sample company's shop on the morning of `today`: a file in `home`, made when it is not there."""
    path = home.resolve() / f"sandbox-shop-{VERSION}-{today.isoformat()}.sqlite"
    if not path.exists():
        write_shop(path, datetime.combine(today, MORNING))
    for old in home.glob("sandbox-shop-*.sqlite"):
        if old != path:
            old.unlink(missing_ok=True)
    values = {
        "DATABASE_URL": f"sqlite:///{os.fspath(path)}",
        "DATABASE_TIMEZONE": "UTC",
        "DATABASE_SCHEMA": "",
    }
    return Served(values, lambda: None)
