"""Which windows a pull takes, which it skips and why, and how the windows are cut into slices."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa

from connectors.lake.manifest import Manifest
from connectors.sdk.contract import (
    ONE_DAY,
    Slice,
    Stream,
    midnight,
    next_window,
    window_of,
)

SPLIT_PARTS = 6
"""Into how many parts a slice with a flagged window is cut. One flagged day of a month costs 13 requests instead of
32, and a month of flagged days 38."""
ASKED_DAILY_FOR = timedelta(days=31)
"""How long after its look-back a window with findings is asked for by each run. After that it may never be corrected,
and is asked for once a week."""
DAYS_OF_A_WEEK = 7
TOO_OLD = "older than the source keeps"
"""The reason to skip a window that the source no longer gives."""


@dataclass(frozen=True)
class Range:
    """Days asked for, both inclusive. `repull`: also the windows that are already settled."""

    first: date
    last: date
    repull: bool = False


@dataclass(frozen=True)
class Plan:
    """What one stream's pull will do."""

    stream: Stream
    slices: tuple[Slice, ...]
    skipped: Mapping[str, int] = field(default_factory=dict)
    """How many windows are not pulled, by reason."""

    @property
    def windows(self) -> int:
        """How many windows will be pulled."""
        return sum(len(piece.windows) for piece in self.slices)


def plan(
    stream: Stream,
    committed: Mapping[date, Manifest],
    wanted: Range,
    zone: ZoneInfo,
    now: datetime,
    look_back: timedelta | None = None,
) -> Plan:
    """The windows of `wanted` that are missing or may have changed, oldest first, cut into slices.

    `look_back`: how long a window is restated, where that is not as the stream declares.
    """
    look_back = stream.restates_for if look_back is None else look_back
    due: list[date] = []
    skipped: Counter[str] = Counter()
    today = now.astimezone(zone).date()
    window = window_of(wanted.first, stream.window)
    while window <= wanted.last or (stream.snapshot and window <= today):
        reason = reason_to_skip(stream, window, committed.get(window), wanted, zone, now, look_back)
        if reason:
            skipped[reason] += 1
        else:
            due.append(window)
        window = next_window(window, stream.window)
    slices = cut(stream, due, zone, watermark(stream, zone, now), look_back)
    return Plan(stream, tuple(slices), skipped)


def reason_to_skip(
    stream: Stream,
    window: date,
    committed: Manifest | None,
    wanted: Range,
    zone: ZoneInfo,
    now: datetime,
    look_back: timedelta,
) -> str:
    """Why `window` is not pulled; empty when it is."""
    if stream.snapshot:
        today = now.astimezone(zone).date()
        if window != today:
            return "already taken" if committed else "past, and only the present can be asked for"
        return ""
    if window > watermark(stream, zone, now):
        return "not over yet"
    if is_too_old(stream, window, zone, now):
        return "settled" if committed else TOO_OLD
    if committed is None or wanted.repull or stream.reread:
        return ""
    if not settled(stream, window, zone, committed.pulled_at, look_back):
        return ""  # also where the look-back was shorter when it settled
    if committed.settled:
        return "settled"
    if committed.findings and settled(stream, window, zone, now - ASKED_DAILY_FOR, look_back):
        return "" if is_in_turn(window, committed.pulled_at, zone, now) else "asked for once a week"
    return ""


def is_too_old(stream: Stream, window: date, zone: ZoneInfo, now: datetime) -> bool:
    """Whether the source no longer gives the window."""
    reaches_back = stream.reaches_back
    return reaches_back is not None and window < now.astimezone(zone).date() - reaches_back


def is_in_turn(window: date, pulled_at: datetime, zone: ZoneInfo, now: datetime) -> bool:
    """Whether a window that is asked for once a week is asked for by a run of today.

    Seven consecutive days share a weekday, as neighbours cost one request together; the next seven have the weekday
    after it. A window whose weekday had no run is asked for by the first run a week after it was pulled.
    """
    today, pulled_on = (at.astimezone(zone).date() for at in (now, pulled_at))
    turn = window.toordinal() // DAYS_OF_A_WEEK % DAYS_OF_A_WEEK
    is_its_day = today.toordinal() % DAYS_OF_A_WEEK == turn
    waits_for = (today - pulled_on).days
    return waits_for >= DAYS_OF_A_WEEK or (is_its_day and waits_for > 0)


def watermark(stream: Stream, zone: ZoneInfo, now: datetime) -> date:
    """The last day of which every row is visible at the source by `now`."""
    return (now - stream.arrives_within).astimezone(zone).date() - ONE_DAY


def settled(
    stream: Stream, window: date, zone: ZoneInfo, now: datetime, look_back: timedelta
) -> bool:
    """Whether a window pulled at `now` will not be restated any more."""
    if stream.snapshot:
        return now.astimezone(zone).date() > window
    end = midnight(next_window(window, stream.window), zone)
    return now >= end + max(look_back, stream.arrives_within)


def instants(
    stream: Stream, window: date, last_day: date, zone: ZoneInfo
) -> tuple[datetime | None, datetime | None]:
    """The manifest's `since` and `until` of a window that is covered through `last_day`."""
    if not pa.types.is_timestamp(stream.schema.field(stream.cursor).type):
        return None, None
    return midnight(window, zone), None if stream.mutable else midnight(last_day + ONE_DAY, zone)


def cut(
    stream: Stream, due: list[date], zone: ZoneInfo, newest: date, look_back: timedelta
) -> list[Slice]:
    """Runs of consecutive windows, each no longer than the stream allows.

    `newest` is the last day that the source has in full: an open month is pulled up to it. In a mutable stream
    what changed after `newest` belongs to the window of `newest`: it would be in no window today otherwise.
    """
    through = None if stream.snapshot else newest
    slices: list[Slice] = []
    run: list[date] = []
    for window in due:
        follows = run and next_window(run[-1], stream.window) == window
        if run and (not follows or len(run) == stream.windows_per_slice):
            slices.append(Slice(stream, run[0], run[-1], zone, False, through, look_back))
            run = []
        run.append(window)
    if run:
        reaches_now = stream.mutable and run[-1] == window_of(newest, stream.window)
        slices.append(Slice(stream, run[0], run[-1], zone, reaches_now, through, look_back))
    return slices


def split(piece: Slice) -> list[Slice]:
    """`piece` in `SPLIT_PARTS`, each of at least one window."""
    windows = piece.windows
    size = max(1, -(-len(windows) // SPLIT_PARTS))
    parts = []
    for start in range(0, len(windows), size):
        last = windows[start : start + size][-1]
        is_last = last == piece.last
        parts.append(
            replace(
                piece,
                first=windows[start],
                last=last,
                reaches_now=piece.reaches_now and is_last,
            )
        )
    return parts


def oldest_first(plans: list[Plan]) -> list[Slice]:
    """The slices of all streams by their first day, so that no stream waits for another's history."""
    return sorted((piece for p in plans for piece in p.slices), key=lambda piece: piece.first)
