"""The rows that a dlt resource yields, as the declared columns have them."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pytest

from connectors.lake.lake import Lake
from connectors.sdk.engine import pull
from connectors.sdk.errors import (
    Drift,
)
from connectors.sdk.windows import Range
from tests.connectors.sdk.dlt_source.desk import (
    HOURS,
    MARCH,
    TICKETS,
    TOKEN,
    desk_source,
    needs_dlt,
    pulled,
)
from tests.connectors.set_aside import set_aside

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


@needs_dlt
def test_dlt_s_own_incremental_takes_the_days_of_a_slice_and_keeps_no_state(lake: Lake) -> None:
    import dlt

    @dlt.resource(name="tickets", primary_key="id")
    def own(at: Any) -> Iterator[list[dict[str, Any]]]:
        yield [{"id": n, "opened_at": when} for n, when in enumerate(HOURS)]

    def resource(values: Mapping[str, str], piece: Any, session: Any) -> Any:
        days = dlt.sources.incremental(
            "opened_at", initial_value=piece.since, end_value=piece.until
        )
        return own(days)

    inside = sum(MARCH.first <= at.date() <= MARCH.last for at in HOURS)
    for _ in range(2):
        (report,) = pull(
            desk_source(resource),
            {"DESK_TOKEN": TOKEN},
            lake,
            Range(MARCH.first, MARCH.last, repull=True),
            now=lambda: datetime(2026, 4, 1, tzinfo=UTC),
        )
        assert report.error is None
        assert report.rows == inside


def test_arrow_tables_are_rows_as_well(lake: Lake) -> None:
    table = pa.table({"id": [1, 2], "opened_at": [HOURS[4], HOURS[5]], "cost": ["1.50", None]})
    source = desk_source(lambda values, piece, session: [table, table.to_batches()[0]])
    assert pulled(source, lake).rows == 2


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ({"id": 1, "opened_at": "2026-03-01T00:00:00"}, "opened_at"),
        ({"id": 1, "opened_at": "yesterday"}, "opened_at"),
        ({"id": 1, "opened_at": 1_772_323_200}, "opened_at"),
        ({"id": "1", "opened_at": "2026-03-01T00:00:00Z"}, "id"),
        ({"id": 1, "opened_at": "2026-03-01T00:00:00Z", "cost": "dear"}, "cost"),
    ],
)
def test_a_row_that_does_not_fit_the_declared_columns_is_set_aside(
    lake: Lake, row: Any, named: str
) -> None:
    good = {"id": 2, "opened_at": "2026-03-01T00:00:00Z"}
    report = pulled(desk_source(lambda values, piece, session: [row, good]), lake)
    assert {name: count for (_, name), count in set_aside(report).items()} == {named: 1}
    assert report.rows == 1


@pytest.mark.parametrize(
    ("row", "named"), [({"opened_at": "2026-03-01T00:00:00Z"}, "'id'"), ("a row", "str")]
)
def test_a_column_that_is_gone_or_something_that_is_no_row_is_drift(
    lake: Lake, row: Any, named: str
) -> None:
    report = pulled(desk_source(lambda values, piece, session: [row]), lake)
    assert isinstance(report.error, Drift)
    assert named in str(report.error)
    assert report.committed == []


def test_a_column_that_may_be_null_may_be_left_out(lake: Lake) -> None:
    row = {"id": 1, "opened_at": "2026-03-01T01:00:00+01:00"}
    assert pulled(desk_source(lambda values, piece, session: [row]), lake).rows == 1
    (stored,) = lake.read("desk", TICKETS, date(2026, 3, 1)).to_pylist()
    assert stored == {"id": 1, "opened_at": datetime(2026, 3, 1, tzinfo=UTC), "cost": None}
