"""Which windows a pull takes, and which instants they cover."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.lake.manifest import Finding, Manifest
from connectors.sdk.contract import Cadence, Slice, Stream, column, window_of
from connectors.sdk.windows import Range, plan, settled, watermark

UTC_ZONE = ZoneInfo("UTC")
BERLIN = ZoneInfo("Europe/Berlin")
DAYS = Stream(
    name="days",
    description="",
    schema=pa.schema([column("day", pa.date32(), "")]),
    key=("day",),
    cursor="day",
)
MONTHS = replace(DAYS, window=Cadence.MONTH, windows_per_slice=12)
SNAPSHOT = replace(DAYS, snapshot=True)
MUTABLE = replace(DAYS, mutable=True)


def committed(
    *windows: date,
    is_settled: bool = True,
    pulled_at: datetime = datetime(2026, 12, 1, tzinfo=UTC),
    findings: tuple[Finding, ...] = (),
) -> dict[date, Manifest]:
    return {
        window: Manifest(
            source="s",
            stream="days",
            window=window,
            data_through=window,
            pulled_at=pulled_at,
            rows=0,
            bytes=0,
            checksum="",
            schema_hash="",
            settled=is_settled,
            flags=(),
            connector_version="1",
            run_id="",
            files=(),
            findings=findings,
        )
        for window in windows
    }


def asked(planned) -> list[date]:
    return [window for piece in planned.slices for window in piece.windows]


@given(
    at=st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(
        lambda x: x.replace(tzinfo=UTC)
    ),
    zone=st.sampled_from(
        [
            "America/New_York",
            "Europe/Berlin",
            "Africa/Cairo",  # clocks change at midnight: a day begins at one o'clock
            "America/Havana",  # and there an hour after midnight comes twice
            "Asia/Kathmandu",
            "Australia/Lord_Howe",  # by half an hour
            "Pacific/Kiritimati",
            "UTC",
        ]
    ).map(ZoneInfo),
    cadence=st.sampled_from(Cadence),
)
def test_each_instant_is_covered_by_the_slice_of_its_window_and_by_no_other(at, zone, cadence):
    stream = replace(DAYS, window=cadence)
    window = window_of(at.astimezone(zone).date(), cadence)
    around = [window_of(window + timedelta(days=n), cadence) for n in (-32, -1, 0, 1, 32)]
    covering = [
        day
        for day in sorted({*around})
        if Slice(stream, day, day, zone).since <= at < Slice(stream, day, day, zone).until
    ]
    assert covering == [window]


def test_days_are_as_long_as_the_clocks_make_them():
    def hours(day: date) -> float:
        piece = Slice(DAYS, day, day, BERLIN)
        return (piece.until - piece.since).total_seconds() / 3600

    assert [hours(date(2026, 3, 28)), hours(date(2026, 3, 29)), hours(date(2026, 10, 25))] == [
        24,
        23,
        25,
    ]


def test_missing_and_unsettled_windows_are_pulled_oldest_first_and_the_rest_is_counted():
    now = datetime(2026, 6, 6, 12, tzinfo=UTC)
    done = committed(date(2026, 6, 1), date(2026, 6, 3)) | committed(
        date(2026, 6, 4), is_settled=False
    )
    planned = plan(DAYS, done, Range(date(2026, 6, 1), date(2026, 6, 7)), UTC_ZONE, now)
    assert asked(planned) == [date(2026, 6, 2), date(2026, 6, 4), date(2026, 6, 5)]
    assert planned.skipped == {"settled": 2, "not over yet": 2}


def test_a_repull_takes_settled_windows_too():
    now = datetime(2026, 6, 6, 12, tzinfo=UTC)
    wanted = Range(date(2026, 6, 1), date(2026, 6, 2), repull=True)
    assert asked(plan(DAYS, committed(date(2026, 6, 1)), wanted, UTC_ZONE, now)) == [
        date(2026, 6, 1),
        date(2026, 6, 2),
    ]


def test_slices_hold_consecutive_windows_and_no_more_than_the_stream_allows():
    stream = replace(DAYS, windows_per_slice=3)
    now = datetime(2026, 6, 20, tzinfo=UTC)
    planned = plan(
        stream,
        committed(date(2026, 6, 5)),
        Range(date(2026, 6, 1), date(2026, 6, 7)),
        UTC_ZONE,
        now,
    )
    assert [(piece.first.day, piece.last.day) for piece in planned.slices] == [
        (1, 3),
        (4, 4),
        (6, 7),
    ]


def test_a_window_is_not_pulled_before_the_last_of_its_rows_can_be_seen():
    late = replace(DAYS, arrives_within=timedelta(hours=4))
    # Berlin's 5th of June ends at 22:00 UTC
    before, after = datetime(2026, 6, 6, 1, 59, tzinfo=UTC), datetime(2026, 6, 6, 2, 0, tzinfo=UTC)
    assert watermark(late, BERLIN, before) == date(2026, 6, 4)
    assert watermark(late, BERLIN, after) == date(2026, 6, 5)


def test_an_open_month_is_asked_up_to_yesterday():
    planned = plan(
        MONTHS,
        {},
        Range(date(2026, 10, 5), date(2026, 11, 23)),
        UTC_ZONE,
        datetime(2026, 11, 24, 9, tzinfo=UTC),
    )
    (piece,) = planned.slices
    assert piece.windows == [date(2026, 10, 1), date(2026, 11, 1)]
    assert piece.last_day == date(2026, 11, 23)


def test_a_month_is_pulled_whole_even_when_only_its_first_days_are_asked_for():
    planned = plan(
        MONTHS,
        {},
        Range(date(2026, 9, 1), date(2026, 9, 10)),
        UTC_ZONE,
        datetime(2026, 11, 24, tzinfo=UTC),
    )
    assert planned.slices[0].last_day == date(2026, 9, 30)


def test_on_the_first_of_a_month_the_new_month_has_nothing_yet_and_is_left():
    planned = plan(
        MONTHS,
        {},
        Range(date(2026, 10, 1), date(2026, 11, 1)),
        UTC_ZONE,
        datetime(2026, 11, 1, 9, tzinfo=UTC),
    )
    assert asked(planned) == [date(2026, 10, 1)]
    assert planned.skipped == {"not over yet": 1}


@pytest.mark.parametrize(
    ("restates", "arrives", "final_after"),
    [(72, 4, 72), (0, 48, 48), (0, 0, 0)],
)
def test_a_window_is_settled_once_nothing_more_can_come(restates, arrives, final_after):
    stream = replace(
        MONTHS, restates_for=timedelta(hours=restates), arrives_within=timedelta(hours=arrives)
    )
    final = datetime(2026, 10, 31, 23, tzinfo=UTC) + timedelta(
        hours=final_after
    )  # Berlin's midnight
    month, look_back = date(2026, 10, 1), stream.restates_for
    assert settled(stream, month, BERLIN, final, look_back)
    assert not settled(stream, month, BERLIN, final - timedelta(seconds=1), look_back)


def test_of_a_snapshot_only_today_can_be_pulled_and_the_reason_is_told():
    now = datetime(2026, 6, 6, 12, tzinfo=UTC)
    planned = plan(
        SNAPSHOT,
        committed(date(2026, 6, 4)),
        Range(date(2026, 6, 3), date(2026, 6, 5)),
        UTC_ZONE,
        now,
    )
    assert asked(planned) == [date(2026, 6, 6)]
    assert planned.skipped == {"past, and only the present can be asked for": 2, "already taken": 1}


def test_a_snapshot_is_taken_again_whenever_the_day_is_still_the_same():
    now = datetime(2026, 6, 6, 23, tzinfo=UTC)
    today = date(2026, 6, 6)
    planned = plan(SNAPSHOT, committed(today, is_settled=False), Range(today, today), UTC_ZONE, now)
    assert asked(planned) == [today]
    # in Auckland it is tomorrow already
    planned = plan(SNAPSHOT, {}, Range(today, today), ZoneInfo("Pacific/Auckland"), now)
    assert asked(planned) == [date(2026, 6, 7)]


def test_only_the_newest_slice_of_a_mutable_stream_reaches_now():
    now = datetime(2026, 6, 6, 12, tzinfo=UTC)
    stream = replace(MUTABLE, windows_per_slice=2)
    planned = plan(stream, {}, Range(date(2026, 6, 1), date(2026, 6, 5)), UTC_ZONE, now)
    assert [piece.reaches_now for piece in planned.slices] == [False, False, True]
    history = plan(stream, {}, Range(date(2026, 5, 1), date(2026, 5, 3)), UTC_ZONE, now)
    assert not any(piece.reaches_now for piece in history.slices)
    assert not any(
        x.reaches_now
        for x in plan(DAYS, {}, Range(date(2026, 6, 1), date(2026, 6, 5)), UTC_ZONE, now).slices
    )


BAD = (Finding(what="unknown_value", message="orders.status is none of paid"),)
RESTATED = replace(DAYS, restates_for=timedelta(days=1))
SUMMER = Range(date(2026, 8, 1), date(2026, 10, 31))
NOVEMBER = datetime(2026, 11, 1, 6, tzinfo=UTC)


class Autumn:
    """A stream with a bad row on every second day from 1 August to 31 October, which daily runs ask about."""

    def __init__(self) -> None:
        days = [SUMMER.first + timedelta(days=n) for n in range(92)]
        self.committed = committed(*days, pulled_at=NOVEMBER)
        self.committed |= committed(*days[1::2], is_settled=False, pulled_at=NOVEMBER, findings=BAD)

    def asked(self, now: datetime, wanted: Range = SUMMER) -> list[date]:
        """What a run asks for. It commits that with the same findings."""
        windows = asked(plan(RESTATED, self.committed, wanted, UTC_ZONE, now))
        for window in windows:
            self.committed[window] = replace(self.committed[window], pulled_at=now)
        return windows


def test_days_that_are_bad_for_long_are_asked_for_once_a_week_and_not_all_in_one_run():
    """On 1 November at 06:00 the days to 29 September ended more than 1 + 31 days ago: 30 of the 46 bad ones.

    A run that asked for all 46 asked 46 times, as no two are neighbours. The 30 share the next seven runs.
    """
    autumn = Autumn()
    old = [date(2026, 8, n) for n in range(2, 31, 2)] + [date(2026, 9, n) for n in range(1, 30, 2)]
    recent = [date(2026, 10, n) for n in range(1, 32, 2)]
    assert autumn.asked(NOVEMBER) == recent
    week = [autumn.asked(NOVEMBER + timedelta(days=n)) for n in range(1, 8)]
    assert sorted(day for run in week for day in run if day in old) == old
    assert max(sum(day in old for day in run) for run in week) <= 8


def test_neighbours_that_are_bad_for_long_are_asked_for_together():
    """49 bad days are seven blocks of seven days, one a run, and a block in one piece asks once."""
    days = [date(2026, 6, 1) + timedelta(days=n) for n in range(49)]
    bad = committed(*days, is_settled=False, pulled_at=NOVEMBER, findings=BAD)
    wanted = Range(days[0], days[-1])
    runs = [NOVEMBER + timedelta(days=n) for n in range(1, 7)]
    slices = [plan(RESTATED, bad, wanted, UTC_ZONE, now).slices for now in runs]
    assert [sum(len(piece.windows) for piece in pieces) for pieces in slices] == [7] * 6
    assert sum(map(len, slices)) <= 7


def test_a_run_after_a_week_without_one_asks_for_all_that_is_bad():
    autumn = Autumn()
    assert len(autumn.asked(NOVEMBER + timedelta(days=7))) == 46
    later = autumn.asked(NOVEMBER + timedelta(days=7, hours=1))
    assert all(day >= date(2026, 10, 1) for day in later), "an hour later none is in turn again"


def test_a_bad_day_that_was_last_pulled_before_it_was_final_is_asked_for_at_once():
    day = date(2026, 6, 1)
    early = committed(
        day, is_settled=False, pulled_at=datetime(2026, 6, 2, 6, tzinfo=UTC), findings=BAD
    )
    now = datetime(2026, 6, 5, 6, tzinfo=UTC)
    stream = replace(RESTATED, restates_for=timedelta(days=2))
    assert asked(plan(stream, early, Range(day, day), UTC_ZONE, now)) == [day]


def test_a_repull_asks_for_old_bad_days_too():
    autumn = Autumn()
    summer_again = replace(SUMMER, repull=True)
    assert len(autumn.asked(NOVEMBER, summer_again)) == 92


def test_what_waits_for_its_turn_is_counted_as_left():
    autumn = Autumn()
    # of 92 days 46 are sound; 16 bad ones are asked for, and 30 wait
    assert plan(RESTATED, autumn.committed, SUMMER, UTC_ZONE, NOVEMBER).skipped == {
        "settled": 46,
        "asked for once a week": 30,
    }


def test_windows_that_are_older_than_the_source_keeps_are_not_asked_for() -> None:
    """Ten days back from 20 November is the 10th. Of the 7th to the 9th, two are in the lake and lack nothing."""
    kept = replace(DAYS, reaches_back=timedelta(days=10))
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    wanted = Range(date(2026, 11, 7), date(2026, 11, 12), repull=True)
    doubtful = committed(date(2026, 11, 9), is_settled=False, findings=BAD)
    planned = plan(kept, committed(date(2026, 11, 8)) | doubtful, wanted, UTC_ZONE, now)
    assert asked(planned) == [date(2026, 11, n) for n in (10, 11, 12)]
    assert planned.skipped == {"older than the source keeps": 1, "settled": 2}


@given(
    gaps=st.lists(st.integers(1, 3), min_size=10, max_size=15),
    days=st.sets(st.integers(0, 59), min_size=1, max_size=20),
)
@settings(max_examples=30)
def test_whenever_runs_are_an_old_bad_day_is_asked_for_within_a_week_and_once_a_day(gaps, days):
    """A run comes one to three days after the last, so that the first one after a week is two days late at most."""
    bad = [SUMMER.first + timedelta(days=n) for n in days]
    autumn = Autumn()
    autumn.committed = committed(*autumn.committed)
    autumn.committed |= committed(*bad, is_settled=False, pulled_at=NOVEMBER, findings=BAD)
    asked_on = {day: [NOVEMBER.date()] for day in bad}
    now = NOVEMBER
    for gap in gaps:
        now += timedelta(days=gap)
        for day in autumn.asked(now):
            asked_on[day].append(now.date())
        assert autumn.asked(now + timedelta(hours=1)) == []
    for on in asked_on.values():
        waits = [(later - earlier).days for earlier, later in pairwise([*on, now.date()])]
        assert max(waits) <= 9
        assert 0 not in waits[:-1]
