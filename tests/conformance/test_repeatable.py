"""The same days give the same rows, however often they are asked for and however they are cut."""

from collections.abc import Callable
from datetime import date, datetime

from connectors.sandbox.served import Served
from connectors.sdk.contract import midnight, next_window
from connectors.sdk.opening import open_connection
from connectors.sdk.throttle import ThrottledCalls
from connectors.sdk.windows import Range
from tests.conformance.case import Case, Pull, errors

Puller = Callable[[str], Pull]


def test_two_pulls_store_the_same_rows(case: Case, served: Served, puller: Puller) -> None:
    first, second = puller("first"), puller("second")
    assert errors(first(case.source, served.values)) == {}
    assert errors(second(case.source, served.values)) == {}
    stored = first.stored(case.source)
    assert stored == second.stored(case.source)
    for stream in case.source.streams:
        rows = sum(rows for rows, _ in stored[stream.name].values())
        assert rows, f"no row of {stream.name}: nothing is proven"


def test_a_pull_into_the_same_lake_changes_nothing(
    case: Case, served: Served, pulled: Pull
) -> None:
    pulled(case.source, served.values)
    before = pulled.stored(case.source)
    files = set(pulled.lake.root.rglob("*.parquet"))
    assert errors(pulled(case.source, served.values)) == {}
    assert pulled.stored(case.source) == before
    assert set(pulled.lake.root.rglob("*.parquet")) == files


def test_days_asked_one_by_one_give_what_they_give_together(
    case: Case, served: Served, puller: Puller
) -> None:
    whole_puller, daily_puller = puller("together"), puller("apart")
    assert errors(whole_puller(case.source, served.values)) == {}
    for day in (29, 30, 31):
        one_day = Range(date(2026, 10, day), date(2026, 10, day), repull=True)
        assert errors(daily_puller(case.source, served.values, one_day)) == {}
    one_by_one, at_once = daily_puller.stored(case.source), whole_puller.stored(case.source)
    for stream in {*at_once} - case.lists:
        assert one_by_one[stream] == at_once[stream], stream


def test_a_row_is_in_the_window_that_the_sources_own_zone_says(
    case: Case, served: Served, pulled: Pull
) -> None:
    source = case.source
    pulled(source, served.values)
    calls = ThrottledCalls(source.limits, source.diagnose)
    connection = open_connection(source, served.values, calls)
    zone = connection.zone
    connection.close()
    for stream in source.streams:
        for window, row in pulled.rows(source, stream.name):
            moment, after = row[stream.cursor], next_window(window, stream.window)
            if isinstance(moment, datetime):
                assert midnight(window, zone) <= moment < midnight(after, zone)
            else:
                assert window <= moment < after
