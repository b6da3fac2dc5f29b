"""What is read of a slice of a declared stream: pages of rows, and findings of those that are left out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from connectors.sdk.contract import Finding, Page, Slice
from connectors.sdk.rules import NO_DAY, WRONG_TYPE, example_of, message_of
from connectors.sdk.stream_forms import TAKEN_ON
from connectors.sql_database.conversion import converted
from connectors.sql_database.engine import MYSQL
from connectors.sql_database.statements import Statements

FIRST_TOO_LARGE = 2**63
"""The first whole number that 64 bits with a sign do not hold."""
REPEATED = "repeated_key"
"""The finding of two rows with one key."""


@dataclass
class Reading:
    """What has been read of a slice so far."""

    piece: Slice
    statements: Statements
    _keys: list[np.ndarray] = field(default_factory=list)
    """A hash of each row's key. Keys themselves would fill the memory where there are millions."""
    _days: list[pa.Array] = field(default_factory=list)
    """What places each of these rows in its day."""

    def page(self, batch: Sequence[Any]) -> Page:
        """Rows of the answer as a page, and the findings of those that have no day or do not fit."""
        stream = self.piece.stream
        schema, count = stream.schema, len(batch)
        columns: dict[str, Sequence[Any]] = {}
        given = [*zip(*batch, strict=True)]
        for column, values in zip(self.statements.columns, given, strict=True):
            columns[column.name] = converted(
                schema.field(column.name),
                column,
                values,
                self.statements.zone,
                in_seconds=self.statements.dialect in MYSQL,
            )
        if stream.snapshot:
            columns = {TAKEN_ON: [self.piece.first] * count, **columns}
        findings: list[Finding] = []
        dropped = self._undated(columns, findings) | self._too_long(columns, findings)
        if dropped:
            places = [place for place in range(count) if place not in dropped]
            columns = {
                name: [values[place] for place in places] for name, values in columns.items()
            }
        self._note_keys(columns)
        names = [*columns]
        rows = [dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        return Page(rows, findings=findings)

    def _undated(self, columns: Mapping[str, Sequence[Any]], findings: list[Finding]) -> set[int]:
        """The places of the rows without a day; a finding of each unless it has not happened yet."""
        stream = self.piece.stream
        kind = datetime if pa.types.is_timestamp(stream.schema.field(stream.cursor).type) else date
        placed = columns[stream.cursor]
        undated = {place for place, value in enumerate(placed) if type(value) is not kind}
        for place in sorted(undated):
            if not (stream.reread and placed[place] is None):
                findings.append(self._finding(columns, place, NO_DAY, stream.cursor, None))
        return undated

    def _too_long(self, columns: Mapping[str, Sequence[Any]], findings: list[Finding]) -> set[int]:
        """The places of the rows with a number of more digits or decimals than are stored."""
        too_long: set[int] = set()
        for field_ in self.piece.stream.schema:
            values, kind = columns[field_.name], field_.type
            is_whole = pa.types.is_integer(kind)
            if not (is_whole or pa.types.is_decimal(kind)) or fits(kind, values):
                continue
            for place, value in enumerate(values):
                if place in too_long:
                    continue
                if is_whole and isinstance(value, int) and abs(value) >= FIRST_TOO_LARGE:
                    too_long.add(place)
                    findings.append(self._too_large(columns, place, field_.name))
                elif not is_whole and not fits(kind, [value]):
                    too_long.add(place)
                    findings.append(self._unrounded(columns, place, field_))
        return too_long

    def _too_large(self, columns: Mapping[str, Sequence[Any]], place: int, name: str) -> Finding:
        """The finding of a whole number such as MySQL's `bigint unsigned` can have."""
        placed = columns[self.piece.stream.cursor][place]
        remedy = f"write `types: {{{name}: decimal}}`, or text for one that is not added up"
        return self._finding(columns, place, WRONG_TYPE, name, placed, remedy)

    def _unrounded(
        self, columns: Mapping[str, Sequence[Any]], place: int, field_: pa.Field
    ) -> Finding:
        value, scale = columns[field_.name][place], field_.type.scale
        is_long = (
            isinstance(value, Decimal)
            and value.is_finite()
            and -int(value.as_tuple().exponent) > scale
        )
        remedy = f"write round({field_.name}, {min(scale, 6)}) in the query" if is_long else ""
        placed = columns[self.piece.stream.cursor][place]
        return self._finding(columns, place, WRONG_TYPE, field_.name, placed, remedy)

    def _finding(
        self,
        columns: Mapping[str, Sequence[Any]],
        place: int,
        what: str,
        name: str,
        placed: Any,
        remedy: str = "",
    ) -> Finding:
        """The finding of a row that is left out."""
        stream = self.piece.stream
        row = {key: columns[key][place] for key in {*stream.key, name}}
        example = example_of(stream, row, what, name)
        words = (remedy,) if remedy else ()
        return Finding(
            what=what,
            message=message_of(stream, what, stream.schema.field(name), *words),
            column=name,
            day=self._day(placed),
            examples=(example,) if example else (),
        )

    def _day(self, placed: Any) -> date | None:
        if isinstance(placed, datetime):
            return placed.astimezone(self.piece.zone).date()
        return placed if isinstance(placed, date) else None

    def _note_keys(self, columns: Mapping[str, Sequence[Any]]) -> None:
        """Keep a hash of the key of each row, and where it is placed."""
        stream = self.piece.stream
        count = len(columns[stream.cursor])
        keys = zip(*(columns[name] for name in stream.key), strict=True)
        self._keys.append(np.fromiter(map(hash, keys), np.int64, count))
        self._days.append(pa.array(columns[stream.cursor], stream.schema.field(stream.cursor).type))

    def repeated(self) -> list[Finding]:
        """A finding for each day that has rows with the key of another row."""
        if not self._keys:
            return []
        stream = self.piece.stream
        keys = np.concatenate(self._keys)
        ordered = np.sort(keys)
        repeated = ordered[1:][ordered[1:] == ordered[:-1]]
        if not len(repeated):
            return []
        places = np.flatnonzero(np.isin(keys, repeated))
        places = places[np.argsort(keys[places], kind="stable")]
        repeats = places[1:][keys[places][1:] == keys[places][:-1]]
        placed = pa.chunked_array(self._days).take(pa.array(repeats)).to_pylist()
        days = Counter(map(self._day, placed))
        message = (
            f"{stream.name} has several rows of one {' and '.join(stream.key)}, of which one counts in a day: "
            "name in `key` the columns that tell rows apart, or correct the rows"
        )
        is_inside = {day for day in days if day and self.piece.first <= day <= self.piece.last_day}
        return [
            Finding(what=REPEATED, message=message, rows=number, is_set_aside=False, day=day)
            for day, number in days.items()
            if day in is_inside
        ]


def fits(kind: pa.DataType, values: Sequence[Any]) -> bool:
    """Whether numbers can be stored without a loss."""
    try:
        pa.array(values, kind)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        return False
    return True
