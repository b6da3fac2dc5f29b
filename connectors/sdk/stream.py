"""What a stream is: its columns, and how its rows come, change and go.

All of it is part of the contract, and is imported from there.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Literal

import pyarrow as pa

from connectors.lake.streams import Cadence


class Deletes(StrEnum):
    """How rows that were deleted at the source are noticed."""

    NEVER = "never"
    """Rows are never removed (a ledger)."""
    REPULL = "repull"
    """A window that is pulled again is replaced whole, without the deleted rows."""
    STATUS = "status"
    """Rows are never removed; a column says that they no longer count (a cancelled order)."""


def column(
    name: str,
    kind: pa.DataType,
    description: str,
    *,
    unit: str = "",
    null: bool = False,
    values: Sequence[str] | Literal["ISO 4217"] = (),
    least: int | None = None,
    most: int | None = None,
    adds_up: bool = True,
) -> pa.Field:
    """One stored column. What is said of it travels in the Parquet schema.

    `null`: rows may lack it. `values`: the only values it can have, or ISO 4217 for currencies in any case. `least`,
    `most`: the bounds of a number, both included. `adds_up`: whether the column of several rows can be summed, as
    numbers of different people and rates cannot. A row that does not keep to them is set aside with a `Finding`, and
    so is one whose key or cursor is null.
    """
    notes = {
        "description": description,
        "unit": unit,
        "values": json.dumps(values if isinstance(values, str) else [*values]) if values else "",
        "least": "" if least is None else str(least),
        "most": "" if most is None else str(most),
        "adds_up": "" if adds_up else "no",
    }
    kept = {name: note for name, note in notes.items() if note or name == "description"}
    return pa.field(name, kind, nullable=null, metadata=kept)


@dataclass(frozen=True)
class Tolerance:
    """How far the sum of a column may be from the source's total: a share of it, or an amount if that is more."""

    share: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)
    share_if_flagged: Decimal | None = None
    """The share where the source flags the window, as it says itself that rows are missing; None for `share`."""

    def around(self, total: int | Decimal, *, is_flagged: bool) -> Decimal:
        """The largest difference from `total` that is no finding."""
        wider = self.share_if_flagged if is_flagged else None
        share = self.share if wider is None else wider
        return max(share * abs(Decimal(total)), self.amount)


EXACT = Tolerance()


@dataclass(frozen=True, kw_only=True)
class Stream:
    """One kind of row of a source. `schema` is an allow-list: nothing else is stored."""

    name: str
    description: str
    schema: pa.Schema
    key: tuple[str, ...]
    """The columns that identify a row. Unique within a window; across windows the newest row counts."""
    cursor: str
    """The column that places a row in its window: a date (as the source counts days) or a UTC timestamp."""
    counts_on: str = ""
    """The column whose day the row counts for, where it is not the cursor: findings are of that day."""
    window: Cadence = Cadence.DAY
    restates_for: timedelta = timedelta(0)
    """How long after its end a window may still change. Until then it is pulled again by each run. The default of a
    setting (see `source_settings.py`): `Source.look_back` has what holds."""
    reaches_back: timedelta | None = None
    """How old a window may be that the source still gives; None where it gives all. Older ones are not asked for."""
    arrives_within: timedelta = timedelta(0)
    """How late a row may become visible. A window is not pulled before its end plus this time."""
    snapshot: bool = False
    """True when the source has the present state only, so that no past window can be pulled."""
    mutable: bool = False
    """True when a row's cursor moves as the row changes (`updated_at`): a window then holds the changes made in it."""
    deletes: Deletes = Deletes.REPULL
    reread: bool = False
    """True where any window may have been edited, however old, and reading all costs as much as reading one: each run
    reads every window, settled or not, and commits those whose rows have changed."""
    loaded_anew: bool = False
    """True where the source may be emptied and filled again: an answer that lost its rows then replaces nothing."""
    windows_per_slice: int = 31
    """The most windows that one slice covers. The engine cuts longer ranges."""
    gone: str = ""
    """The column that is not null where the source no longer has the row; empty where rows only vanish or stay."""
    version: str = ""
    """Of a declared stream: another one where other rows would be stored for the same window (a changed query)."""
    tolerances: Mapping[str, Tolerance] = field(default_factory=dict, hash=False)
    """By column, how far its sum may be from a total of the source (`Page.totals`); none for a column not named."""

    def tolerance_of(self, column: str) -> Tolerance:
        """How far the sum of a column may be from a total."""
        return self.tolerances.get(column, EXACT)
