"""The rows of a collection, as if they were read from a CSV."""

import numpy as np

from pipelines.backtest.cases import Row
from tests.benchmarks.public_series.collection import Collection


def rows_of(collection: Collection) -> dict[str, list[Row]]:
    """The rows of each series, by its name and in order of their dates."""
    sides = ["numerator", "denominator"] if collection.source.kind == "ratio" else ["value"]
    table = collection.table
    dates = [day.date() for day in np.asarray(table["date"], dtype="datetime64[s]").astype(object)]
    rows: dict[str, list[Row]] = {}
    amounts = table[sides].to_numpy(dtype=float).tolist()
    for name, day, sides_of_day in zip(table["series"], dates, amounts, strict=True):
        rows.setdefault(str(name), []).append((day, tuple(sides_of_day)))
    return {name: sorted(rows) for name, rows in sorted(rows.items())}
