"""The tables of a history: those that are published with it, and those by which it knows itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pipelines.history.deliveries import DIGESTS
from pipelines.history.noted_settings import SETTINGS
from pipelines.history.versions import ADDED_COLUMNS, VERSIONED_TABLES
from pipelines.tables.table import Table, columns_of


@dataclass(frozen=True)
class Restoration:
    """One time at which the history was brought back."""

    restored_at: Annotated[datetime, "When it was brought back"]
    message: Annotated[str, "What was wrong and what was done"]


RESTORATIONS = Table(
    "restorations", "Each time at which it was brought back", columns_of(Restoration), schema="kept"
)
"""Not published."""


def published_tables() -> Iterator[Table]:
    """The tables of a history that are published."""
    yield from VERSIONED_TABLES
    yield DIGESTS


def logged_tables() -> Iterator[Table]:
    """The tables whose rows are in the log in the lake: all."""
    yield from published_tables()
    yield from (SETTINGS, ADDED_COLUMNS, RESTORATIONS)
