"""The sample company's shop as a SQLite file: an application's database as it stands on `today`."""

import os
import shutil
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
BEGINNING = np.datetime64(datetime.min, "s")

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


def write_shop(path: Path, now: datetime, before: tuple[Path, datetime] | None = None) -> None:
    """Write the shop as it stands at `now` (UTC, naive) to a new SQLite file, in one step.

    `before`: a file of the shop as it stood at an earlier moment, so that only what changed since is written.
    """
    orders, lines = books(now.date())
    moment = np.datetime64(now, "s")
    since = np.datetime64(before[1], "s") if before else BEGINNING
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        if before:
            shutil.copyfile(before[0], temporary)
        database = sqlite3.connect(temporary)
        try:
            database.executescript("PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY;")
            if not before:
                database.executescript(TABLES)
            with database:
                fill(database, "orders", order_rows(orders, since, moment))
                fill(database, "order_lines", line_rows(orders, lines, since, moment))
                fill(database, "shipments", shipment_rows(orders, lines, since, moment))
            if not before:
                database.executescript(INDEXES)
        finally:
            database.close()
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def fill(database: sqlite3.Connection, table: str, columns: list[list[object]]) -> None:
    """Insert rows given column by column, in place of those with their keys."""
    places = ", ".join("?" * len(columns))
    statement = f"INSERT OR REPLACE INTO {table} VALUES ({places})"  # noqa: S608
    database.executemany(statement, zip(*columns, strict=True))


def order_rows(orders: Orders, since: np.datetime64, now: np.datetime64) -> list[list[object]]:
    """The columns of `orders`: of those that changed after `since`, as they are at `now`."""
    paid_or_placed = np.where(orders.paid <= now, orders.paid, orders.placed)
    last_change = np.where(orders.ended <= now, orders.ended, paid_or_placed)
    seen = (since < last_change) & (last_change <= now)
    placed, paid, ended = orders.placed[seen], orders.paid[seen], orders.ended[seen]
    end = np.where(orders.cancelled[seen], "cancelled", "shipped")
    status = np.where(ended <= now, end, np.where(paid <= now, "paid", "placed"))
    return [
        [f"o-{number:06d}" for number in orders.number[seen]],
        [f"c-{number:05d}" for number in orders.customer[seen]],
        texts(placed),
        status.tolist(),
        ["usd"] * len(placed),
        orders.total[seen].tolist(),
        texts(last_change[seen]),
    ]


def line_rows(
    orders: Orders, lines: Lines, since: np.datetime64, now: np.datetime64
) -> list[list[object]]:
    """The columns of `order_lines`: of the orders that were placed after `since`."""
    placed = orders.placed[lines.order]
    seen = (since < placed) & (placed <= now)
    order = lines.order[seen]
    return [
        [f"o-{number:06d}" for number in orders.number[order]],
        lines.line[seen].tolist(),
        *goods(lines.good[seen]),
        lines.quantity[seen].tolist(),
        lines.amount[seen].tolist(),
        texts(orders.placed[order]),
    ]


def shipment_rows(
    orders: Orders, lines: Lines, since: np.datetime64, now: np.datetime64
) -> list[list[object]]:
    """The columns of `shipments`: one for each line of an order that was shipped after `since`."""
    ended = orders.ended[lines.order]
    seen = (since < ended) & (ended <= now) & ~orders.cancelled[lines.order]
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
    path = shop_file(home, today)
    files = [file for file in home.resolve().glob("sandbox-shop-*.sqlite") if file != path]
    if not path.exists():
        write_shop(path, datetime.combine(today, MORNING), newest_before(today, home, files))
    for old in files:
        old.unlink(missing_ok=True)
    values = {
        "DATABASE_URL": f"sqlite:///{os.fspath(path)}",
        "DATABASE_TIMEZONE": "UTC",
        "DATABASE_SCHEMA": "",
    }
    return Served(values, lambda: None)


def shop_file(home: Path, today: date) -> Path:
    """The file of the shop as it stands on the morning of `today`."""
    return home.resolve() / f"sandbox-shop-{VERSION}-{today.isoformat()}.sqlite"


def newest_before(today: date, home: Path, files: Iterable[Path]) -> tuple[Path, datetime] | None:
    """The newest of the shop's `files` of this version from before `today`, and its moment."""
    prefix = f"sandbox-shop-{VERSION}-"
    days = [
        date.fromisoformat(file.stem.removeprefix(prefix))
        for file in files
        if file.name.startswith(prefix)
    ]
    earlier = max((day for day in days if day < today), default=None)
    if earlier is None:
        return None
    return shop_file(home, earlier), datetime.combine(earlier, MORNING)
