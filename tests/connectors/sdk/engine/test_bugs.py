"""A connector that fails by itself is a recorded attempt of its streams, and stops nothing else."""

import errno
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from connectors.google_analytics.source import property_name
from connectors.lake.store import LakeError
from connectors.sdk.contract import Page, Slice
from connectors.sdk.errors import ConnectorBug, Unavailable
from connectors.sdk.fields import read_text
from tests.connectors.sdk.engine.fake_source import (
    MONTHS,
    VISITS,
    FakeConnection,
    numbers,
    source,
    take,
    visits_of,
)

SECRET = "sk_live_0123456789"


def months(piece: Slice) -> Iterator[Page]:
    yield Page([{"month": date(2026, 4, 1), "n": 1}])


def missing_field(piece: Slice) -> Any:
    return {"key": SECRET}[SECRET + "?"]


def null_answer(piece: Slice) -> Any:
    answer: Any = None
    return answer["rows"]


def no_such_method(piece: Slice) -> Any:
    return SECRET.rows()  # type: ignore[attr-defined]


def too_large(piece: Slice) -> Any:
    return date.fromordinal(10**9)


def recursion(piece: Slice) -> Any:
    return recursion(piece)


def broken_assertion(piece: Slice) -> Any:
    raise AssertionError(SECRET)


@pytest.mark.parametrize(
    ("bug", "name"),
    [
        (missing_field, "KeyError"),
        (null_answer, "TypeError"),
        (no_such_method, "AttributeError"),
        (too_large, "ValueError"),
        (recursion, "RecursionError"),
        (broken_assertion, "AssertionError"),
    ],
)
def test_a_bug_is_told_with_its_line_and_the_other_stream_goes_on(
    lake, bug: Callable[[Slice], Any], name: str
):
    def pages(piece: Slice) -> Iterator[Page]:
        yield Page([])
        yield bug(piece)

    fake = FakeConnection({"visits": pages, "months": months})
    reports = take(source(fake, VISITS, MONTHS), lake)
    error = reports["visits"].error
    assert isinstance(error, ConnectorBug)
    assert "test_bugs.py:" in str(error)
    assert name in str(error)
    assert "report it" in str(error)
    assert bug.__name__ in error.trace
    assert SECRET not in str(error) + error.trace
    assert numbers(lake, MONTHS) == {date(2026, 4, 1): [1]}
    outcomes = {attempt.stream: attempt.outcome for attempt in lake.survey().attempts}
    assert outcomes == {"visits": "error", "months": "ok"}
    assert fake.closed == 1


def test_totals_that_are_none_are_a_bug_of_their_stream(lake):
    totals: Any = [{"day": date(2026, 4, 1), "n": SECRET}]
    pages = {"visits": lambda piece: iter([Page(visits_of(piece), totals=totals)])}
    reports = take(source(FakeConnection({**pages, "months": months}), VISITS, MONTHS), lake)
    assert isinstance(reports["visits"].error, ConnectorBug)
    assert {x.stream: x.outcome for x in lake.survey().attempts} == {
        "visits": "error",
        "months": "ok",
    }


def test_a_bug_in_opening_is_one_of_each_stream(lake):
    def opened(values, calls):
        raise KeyError(SECRET)

    reports = take(source(FakeConnection({}), VISITS, MONTHS, open=opened), lake)
    assert all(isinstance(report.error, ConnectorBug) for report in reports.values())
    assert {attempt.outcome for attempt in lake.survey().attempts} == {"error"}
    assert not any(SECRET in attempt.message for attempt in lake.survey().attempts)


def test_a_bug_in_closing_is_told_and_what_was_pulled_stays(lake):
    class Stuck(FakeConnection):
        def close(self) -> None:
            raise AttributeError("no socket")

    fake = Stuck({"visits": lambda piece: iter([Page(visits_of(piece))])})
    assert isinstance(take(source(fake, VISITS), lake)["visits"].error, ConnectorBug)
    assert len(numbers(lake)) == 9


def test_a_bug_in_reading_an_error_is_told_in_place_of_it(lake):
    def diagnose(error: Exception) -> None:
        raise IndexError(SECRET)

    def pages(piece: Slice) -> Iterator[Page]:
        raise ConnectionError(SECRET)
        yield

    report = take(source(FakeConnection({"visits": pages}), VISITS, diagnose=diagnose), lake)
    assert "IndexError" in str(report["visits"].error)


def test_a_fault_of_the_source_is_no_bug(lake):
    def pages(piece: Slice) -> Iterator[Page]:
        raise ConnectionError(SECRET)
        yield

    made = source(
        FakeConnection({"visits": pages}), VISITS, diagnose=lambda error: Unavailable("down")
    )
    assert str(take(made, lake)["visits"].error) == "down"


def test_a_line_of_a_connector_is_named_and_not_that_of_a_tool_it_calls():
    def failing(call: Callable[[], Any]) -> ConnectorBug:
        with pytest.raises((TypeError, AttributeError)) as caught:
            call()
        return ConnectorBug(caught.value)

    # the text of a number is sought in the SDK, by a connector
    in_connector = failing(lambda: property_name(5).strip())  # type: ignore[arg-type]
    assert "connectors/google_analytics/source.py:" in str(in_connector)
    assert "connectors/sdk/fields.py:" in str(failing(lambda: read_text(1.5)))


@pytest.mark.parametrize(
    "stop",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        MemoryError(),
        LakeError("the lake is not there", "mount it"),
        KeyboardInterrupt(),
    ],
)
def test_what_no_source_can_help_stops_the_pull(lake, stop: BaseException):
    def pages(piece: Slice) -> Iterator[Page]:
        raise stop
        yield

    fake = FakeConnection({"visits": pages})
    with pytest.raises(type(stop)):
        take(source(fake, VISITS), lake)
    assert fake.closed == 1
