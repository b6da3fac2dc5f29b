"""Rows placed where lists go wrong: at the seconds where windows meet, late, and on the move between two pages."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

import pytest

from connectors.sandbox.http_server import Reply, Request
from connectors.sandbox.served import Served
from connectors.sdk.contract import Stream
from connectors.sdk.windows import Range
from tests.conformance.case import NOON, Case, Pull, errors
from tests.conformance.proxy import Proxy, by_way_of, upstream_of

SECOND = timedelta(seconds=1)
MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)
NEWEST = date(2026, 11, 24)
MANY = 260
"""Rows that take several pages of every source."""


class Rows:
    """A source whose one stream holds the rows of a test, which may change while it is pulled."""

    def __init__(self, case: Case, stream: Stream, pulled: Pull) -> None:
        self._case, self._stream, self._pulled = case, stream, pulled
        self._up: list[Served] = []
        self.proxy: Proxy | None = None

    def put(self, moments: Mapping[int, datetime]) -> None:
        """From now on the source has these rows and no others."""
        served = self._case.placed[self._stream.name](moments)
        self._up.append(served)
        upstream = upstream_of(served.values)
        if self.proxy is None:
            self.proxy = Proxy(upstream)
        self.proxy.upstream = upstream

    def pull(self, first: date, last: date, *, now: datetime = NOON, repull: bool = True) -> None:
        """Pulls these days."""
        assert self.proxy
        values = by_way_of(self.proxy, self._up[-1].values)
        wanted = Range(first, last, repull=repull)
        reports = self._pulled(self._case.source, values, wanted, now=now, only=[self._stream.name])
        assert errors(reports) == {}

    def stored(self) -> list[tuple[date, datetime]]:
        """Each row in the lake: its window, and the moment it is at."""
        rows = self._pulled.rows(self._case.source, self._stream.name)
        return [(window, row[self._stream.cursor]) for window, row in rows]

    def keys(self) -> set[tuple[object, ...]]:
        """The rows in the lake, by key."""
        rows = self._pulled.rows(self._case.source, self._stream.name)
        return {tuple(row[name] for name in self._stream.key) for _, row in rows}

    def close(self) -> None:
        for server in [self.proxy, *self._up]:
            if server:
                server.close()


@pytest.fixture
def rows(case: Case, stream: Stream, pulled: Pull) -> Iterator[Rows]:
    served = Rows(case, stream, pulled)
    yield served
    served.close()


def test_rows_at_the_seconds_where_days_meet_are_each_in_one_window(rows: Rows) -> None:
    moments = (MONDAY - SECOND, MONDAY, TUESDAY - SECOND, TUESDAY)
    rows.put({10 * which + n: at for which, at in enumerate(moments) for n in range(1, 11)})
    rows.pull(MONDAY.date(), MONDAY.date())
    monday = MONDAY.date()
    assert Counter(rows.stored()) == {(monday, MONDAY): 10, (monday, TUESDAY - SECOND): 10}
    rows.pull(monday - timedelta(days=1), TUESDAY.date())
    assert Counter(rows.stored()) == {(at.date(), at): 10 for at in moments}


def test_more_rows_of_one_second_than_a_page_holds_are_all_there(rows: Rows) -> None:
    rows.put(dict.fromkeys(range(1, MANY + 1), MONDAY))
    rows.pull(MONDAY.date(), MONDAY.date())
    assert Counter(rows.stored()) == {(MONDAY.date(), MONDAY): MANY}
    assert len(rows.keys()) == MANY


def test_a_row_that_becomes_visible_late_is_found(rows: Rows, stream: Stream) -> None:
    at, late = MONDAY + 9 * timedelta(hours=1), TUESDAY - SECOND
    over = TUESDAY + stream.arrives_within
    rows.put({1: at})
    rows.pull(MONDAY.date(), MONDAY.date(), now=over - SECOND, repull=False)
    assert rows.stored() == []  # as long as rows may be on their way, the day is not over
    if not stream.restates_for:
        rows.put({1: at, 2: late})
        rows.pull(MONDAY.date(), MONDAY.date(), now=over + SECOND, repull=False)
    else:
        rows.pull(MONDAY.date(), MONDAY.date(), now=over + SECOND, repull=False)
        assert rows.stored() == [(MONDAY.date(), at)]
        rows.put({1: at, 2: late})
        later = TUESDAY + stream.restates_for - SECOND
        rows.pull(MONDAY.date(), MONDAY.date(), now=later, repull=False)
    assert sorted(rows.stored()) == [(MONDAY.date(), at), (MONDAY.date(), late)]


def test_a_row_that_is_gone_goes_when_its_window_is_pulled_again(
    rows: Rows, stream: Stream
) -> None:
    if stream.mutable:
        pytest.skip(
            f"a window of {stream.name} keeps the changes seen in it: a column says deleted"
        )
    rows.put({1: MONDAY, 2: MONDAY + SECOND})
    rows.pull(MONDAY.date(), MONDAY.date())
    rows.put({2: MONDAY + SECOND})
    rows.pull(MONDAY.date(), MONDAY.date())
    assert rows.stored() == [(MONDAY.date(), MONDAY + SECOND)]


def test_a_row_that_moved_on_stays_where_it_was_seen(rows: Rows, stream: Stream) -> None:
    if not stream.mutable:
        pytest.skip(f"a row of {stream.name} never moves")
    rows.put({1: MONDAY, 2: MONDAY + SECOND})
    rows.pull(MONDAY.date(), MONDAY.date())
    rows.put({1: MONDAY, 2: TUESDAY})
    rows.pull(MONDAY.date(), TUESDAY.date())
    assert Counter(rows.stored()) == {
        (MONDAY.date(), MONDAY): 1,
        (MONDAY.date(), MONDAY + SECOND): 1,
        (TUESDAY.date(), TUESDAY): 1,
    }


@pytest.mark.parametrize("asked", [1, 2, 3])
def test_rows_that_move_or_come_while_pages_are_read_cost_none(
    rows: Rows, stream: Stream, asked: int
) -> None:
    before = {n: MONDAY + n * SECOND for n in range(1, MANY + 1)}
    # the first is in a page that has been read, or in one that comes: both ways of paging are upset
    after = (
        before | dict.fromkeys((1, 130, MANY), NOON - timedelta(hours=6))
        if stream.mutable
        else before | {MANY + n: TUESDAY + n * SECOND for n in range(1, 6)}
    )
    rows.put(before)
    assert rows.proxy
    rows.proxy.break_all = change_after(asked, rows.proxy, lambda: rows.put(after))
    rows.pull(MONDAY.date(), NEWEST)
    assert len(rows.keys()) >= MANY
    monday = {at for window, at in rows.stored() if window == MONDAY.date()}
    assert monday >= {*before.values()} & {*after.values()}


def change_after(
    number: int, proxy: Proxy, change: Callable[[], None]
) -> Callable[[Request, Reply], Reply]:
    """Passes every answer on; has `change` happen when the one of this number is on its way."""

    def passed(request: Request, reply: Reply) -> Reply:
        if proxy.broke == number:
            change()
        return reply

    return passed
