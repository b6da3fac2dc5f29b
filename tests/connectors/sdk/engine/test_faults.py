"""A fault is told and remembered; what other streams, pages and runs did stays."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from connectors.sdk.contract import Limit, Page, Slice
from connectors.sdk.errors import PermissionDenied, Rejected, Throttled, Unavailable
from connectors.sdk.throttle import ThrottledCalls
from connectors.sdk.windows import Range
from tests.connectors.sdk.engine.fake_source import (
    MONTHS,
    VISITS,
    FakeConnection,
    numbers,
    source,
    take,
    visits_of,
)


def test_a_fault_of_one_stream_leaves_the_other_alone_and_is_remembered(lake):
    def forbidden(piece: Slice) -> Iterator[Page]:
        raise PermissionDenied("no", "ask for it")

    fake = FakeConnection(
        {
            "visits": forbidden,
            "months": lambda piece: iter([Page([{"month": date(2026, 4, 1), "n": 1}])]),
        }
    )
    reports = take(source(fake, VISITS, MONTHS), lake)
    assert isinstance(reports["visits"].error, PermissionDenied)
    assert reports["months"].error is None
    assert numbers(lake, MONTHS) == {date(2026, 4, 1): [1]}
    outcomes = {
        attempt.stream: (attempt.outcome, attempt.message) for attempt in lake.survey().attempts
    }
    assert outcomes == {"visits": ("permission", "no; ask for it"), "months": ("ok", "")}


def test_what_was_committed_before_a_fault_stays_and_the_next_run_goes_on_from_there(lake):
    broken = [True]

    def pages(piece: Slice) -> Iterator[Page]:
        yield Page(visits_of(piece))
        if broken[0] and piece.last >= date(2026, 4, 5):
            raise Unavailable("cut off in the middle")

    stream = replace(VISITS, windows_per_slice=3, restates_for=timedelta(0))
    fake = FakeConnection({"visits": pages})
    first = take(source(fake, stream, workers=1), lake)["visits"]
    assert isinstance(first.error, Unavailable)
    assert [*numbers(lake)] == [date(2026, 4, n) for n in (1, 2, 3)]
    broken[0], fake.asked = False, []
    second = take(source(fake, stream, workers=1), lake)["visits"]
    assert [piece.first.day for piece in fake.asked] == [4, 7]
    assert second.skipped == {"settled": 3}
    assert len(numbers(lake)) == 9


def test_a_source_that_does_not_open_is_a_fault_of_each_stream(lake):
    def closed(values, calls):
        raise ConnectionError("password=secret")

    made = source(
        FakeConnection({}),
        VISITS,
        MONTHS,
        open=closed,
        diagnose=lambda error: Unavailable("it is down"),
    )
    reports = take(made, lake)
    assert {name: str(report.error) for name, report in reports.items()} == {
        "visits": "it is down",
        "months": "it is down",
    }
    assert all(report.error.__cause__ is None for report in reports.values())


def test_only_the_named_streams_are_pulled_and_an_unknown_name_is_refused(lake):
    fake = FakeConnection(
        {"visits": lambda piece: iter([Page([])]), "months": lambda piece: iter([Page([])])}
    )
    made = source(fake, VISITS, MONTHS)
    assert [*take(made, lake, only=(name for name in ["visits", "months"]))] == ["visits", "months"]
    assert [*take(made, lake, only=["months"])] == ["months"]
    with pytest.raises(KeyError, match="visits, months"):
        take(made, lake, only=["visit"])


def test_a_page_that_fails_is_asked_again_and_the_pages_before_it_are_not(lake):
    calls = ThrottledCalls(
        [Limit("api", 1000, burst=100)], lambda error: None, sleep=lambda _: None
    )
    asked: list[int] = []

    def page(number: int) -> list[dict[str, object]]:
        asked.append(number)
        if number == 37 and asked.count(37) < 3:
            raise Throttled("slow down", retry_after=1)
        return [{"day": date(2026, 4, 3), "page": f"/{number}", "n": number}]

    def pages(piece: Slice) -> Iterator[Page]:
        for number in range(1, 41):
            yield Page(calls("api", lambda number=number: page(number)))

    take(
        source(FakeConnection({"visits": pages}), VISITS),
        lake,
        Range(date(2026, 4, 3), date(2026, 4, 3)),
    )
    assert sorted(numbers(lake)[date(2026, 4, 3)]) == [*range(1, 41)]
    assert asked == [*range(1, 37), 37, 37, *range(37, 41)]


def test_a_refused_request_is_told_with_its_remedy(lake):
    def refused(piece: Slice) -> Iterator[Page]:
        raise Rejected("no such metric", "rename it")

    report = take(source(FakeConnection({"visits": refused}), VISITS), lake)["visits"]
    assert str(report.error) == "no such metric; rename it"
