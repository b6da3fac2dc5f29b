"""A stream that is reread: every window is looked at in each run, and only what changed is committed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from connectors.lake.lake import Lake
from connectors.sdk.contract import Calls, Limit, Page, Slice, Source, Stream, column
from connectors.sdk.engine import StreamReport, pull
from connectors.sdk.windows import Range

NOTES = Stream(
    name="notes",
    description="Notes",
    schema=pa.schema([column("day", pa.date32(), "Day"), column("note", pa.string(), "Text")]),
    key=("day",),
    cursor="day",
    restates_for=timedelta(days=2),
    reread=True,
)


@dataclass
class Notebook:
    """A source of notes, of which any may be edited."""

    lake: Lake
    notes: dict[date, str] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    version: str = "1"

    def pages(self, piece: Slice) -> Iterator[Page]:
        rows = [{"day": d, "note": self.notes[d]} for d in piece.windows if d in self.notes]
        yield Page(rows, self.flags, alike=True)

    def close(self) -> None:
        """Nothing is open."""

    def pulled(self, on: date, *, stream: Stream = NOTES, repull: bool = False) -> StreamReport:
        """The first ten days of November, pulled at noon of a day."""

        def opened(values: Mapping[str, str], calls: Calls) -> "Notebook":
            return self

        source = Source(
            name="notebook",
            title="Notebook",
            options=(),
            streams=(stream,),
            limits=(Limit("notes", 100),),
            open=opened,
            diagnose=lambda error: None,
            version=self.version,
        )
        now = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
        wanted = Range(date(2026, 11, 1), date(2026, 11, 10), repull=repull)
        (report,) = pull(source, {}, self.lake, wanted, now=lambda: now)
        return report


@pytest.fixture
def notebook(tmp_path: Path) -> Notebook:
    return Notebook(Lake(tmp_path), {date(2026, 11, 3): "a", date(2026, 11, 7): "b"})


def committed(report: StreamReport) -> list[int]:
    return [manifest.window.day for manifest in report.committed]


def test_what_is_the_same_stays_as_it_is_and_a_late_edit_is_found(notebook: Notebook) -> None:
    assert committed(notebook.pulled(date(2026, 11, 20))) == [*range(1, 11)]
    second = notebook.pulled(date(2026, 11, 21))
    assert (committed(second), second.skipped) == ([], {"unchanged": 10})
    notebook.notes[date(2026, 11, 3)] = "c"
    del notebook.notes[date(2026, 11, 7)]
    assert committed(notebook.pulled(date(2026, 11, 22))) == [3, 7]


def test_a_window_that_settles_or_loses_trust_is_committed_anew(notebook: Notebook) -> None:
    first = notebook.pulled(date(2026, 11, 11))
    assert [m.window.day for m in first.committed if not m.settled] == [9, 10]
    later = notebook.pulled(date(2026, 11, 12))
    assert [(m.window.day, m.settled) for m in later.committed] == [(9, True)]
    notebook.flags = frozenset({"sampled"})
    assert len(committed(notebook.pulled(date(2026, 11, 12)))) == 10


def test_another_version_or_other_columns_are_committed_anew(notebook: Notebook) -> None:
    notebook.pulled(date(2026, 11, 20))
    notebook.version = "2"
    assert len(committed(notebook.pulled(date(2026, 11, 20)))) == 10
    wider = replace(NOTES, schema=NOTES.schema.append(column("x", pa.string(), "X", null=True)))
    notebook.notes.clear()
    assert len(committed(notebook.pulled(date(2026, 11, 20), stream=wider))) == 10


def test_any_other_stream_leaves_settled_windows_alone(notebook: Notebook) -> None:
    plain = replace(NOTES, reread=False)
    notebook.pulled(date(2026, 11, 20), stream=plain)
    notebook.notes[date(2026, 11, 3)] = "c"
    assert notebook.pulled(date(2026, 11, 20), stream=plain).skipped == {"settled": 10}
    assert len(committed(notebook.pulled(date(2026, 11, 20), stream=plain, repull=True))) == 10
