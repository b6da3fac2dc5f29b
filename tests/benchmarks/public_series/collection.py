"""What a collection of public series is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.okr.kpi.kinds import Kind
from pipelines.okr.kpi.periods import Cadence
from tests.benchmarks.public_series import PACKAGES

if TYPE_CHECKING:  # which of them is in which half can be told without pandas
    import pandas as pd

    from tests.benchmarks.public_series.wheels import Wheels


@dataclass(frozen=True)
class Source:
    """How a collection is read. The function's docstring says what it is.

    `data_set` names what it is taken from: collections of one data set are never in different halves.
    `period` is the period of its goals.
    """

    frequency: str
    kind: Kind
    period: Cadence
    package: str
    data_set: str
    read: "Callable[[Wheels], pd.DataFrame]"

    @property
    def name(self) -> str:
        return self.read.__name__

    @property
    def title(self) -> str:
        return (self.read.__doc__ or "").rstrip(".")

    @property
    def origin(self) -> str:
        return f"{self.data_set}, in {self.package} {PACKAGES[self.package]}"


@dataclass(frozen=True)
class Collection:
    """The series of a source, as a table with the columns series, date, value (or numerator, denominator)."""

    source: Source
    table: "pd.DataFrame"
