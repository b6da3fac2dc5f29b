"""What the lake knows of a stream: its name, its columns, and how long its windows are."""

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol

import pyarrow as pa

ONE_DAY = timedelta(days=1)


class Cadence(StrEnum):
    """How long a window is. A month only where the source counts distinct people a month."""

    DAY = "day"
    MONTH = "month"


def next_window(day: date, cadence: Cadence) -> date:
    """The first day of the window after the one that starts on `day`."""
    if cadence is Cadence.DAY:
        return day + ONE_DAY
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def window_of(day: date, cadence: Cadence) -> date:
    """The first day of the window that `day` falls in."""
    return day if cadence is Cadence.DAY else day.replace(day=1)


class DeclaredStream(Protocol):
    """The part of `connectors.sdk.contract.Stream` that the lake reads."""

    @property
    def name(self) -> str: ...

    @property
    def schema(self) -> pa.Schema: ...

    @property
    def window(self) -> Cadence: ...

    @property
    def snapshot(self) -> bool: ...


class DeclaredSource(Protocol):
    """The part of `connectors.sdk.contract.Source` that the lake reads."""

    @property
    def name(self) -> str: ...

    @property
    def instance(self) -> str: ...

    @property
    def streams(self) -> Sequence[DeclaredStream]: ...
