"""A source that makes up its rows, for what is asked of the engine with any source: a kill, and a million rows.

python -m tests.conformance.generated kill <lake> <moment>    pulls, and kills itself
python -m tests.conformance.generated memory <lake> <days>    pulls 10,000 rows a day, tells the peak memory
"""

import os
import resource
import signal
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa

from connectors.lake import folder as lake_folder
from connectors.lake.lake import Lake
from connectors.sdk.contract import Calls, Page, Slice, Source, Stream, column
from connectors.sdk.engine import pull
from connectors.sdk.windows import Range

FIRST = date(2026, 1, 1)
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
PAGE = 1_000
TICKS = Stream(
    name="ticks",
    description="A row now and then",
    schema=pa.schema(
        [
            column("id", pa.string(), "Names the row"),
            column("happened_at", pa.timestamp("us", "UTC"), "When it happened"),
            column("amount", pa.int64(), "What it is worth", unit="cents"),
        ]
    ),
    key=("id",),
    cursor="happened_at",
    windows_per_slice=5,
)


class Generated:
    """So many rows a day, spread over it."""

    zone = ZoneInfo("UTC")

    def __init__(self, a_day: int, kill_at_page: int = 0) -> None:
        self._a_day = a_day
        self._kill_at_page = kill_at_page
        self._pages = 0

    def pages(self, piece: Slice) -> Iterator[Page]:
        """The rows of the slice's days, a thousand at a time."""
        for day in piece.windows:
            start = datetime.combine(day, time(tzinfo=UTC))
            step = timedelta(days=1) / self._a_day
            for first in range(0, self._a_day, PAGE):
                self._pages += 1
                if self._pages == self._kill_at_page:
                    os.kill(os.getpid(), signal.SIGKILL)
                yield Page(
                    [
                        {"id": f"{day}-{n}", "happened_at": start + n * step, "amount": n}
                        for n in range(first, min(first + PAGE, self._a_day))
                    ]
                )

    def close(self) -> None:
        """Nothing is open."""


def generated(a_day: int, kill_at_page: int = 0, workers: int = 1) -> Source:
    """The source, of one worker so that its pages come in their order."""

    def opened(values: Mapping[str, str], calls: Calls) -> Generated:
        return Generated(a_day, kill_at_page)

    return Source(
        name="generated",
        title="Generated",
        options=(),
        streams=(TICKS,),
        limits=(),
        open=opened,
        diagnose=lambda error: None,
        workers=workers,
    )


def days(number: int) -> Range:
    """So many days from the first one."""
    return Range(FIRST, FIRST + timedelta(days=number - 1))


def kill(root: Path, moment: str) -> None:
    """Pulls 15 days of 3,000 rows and dies by SIGKILL in the second of three slices.

    `moment`: `page`, between two pages; or `before` or `after` a write of a `.parquet` or a `.json`.
    """
    when, _, kind = moment.partition(" ")
    written: list[Path] = []
    genuine = lake_folder.replace

    def replace(path: Path, write: object) -> None:
        dies = path.suffix == kind and len(written) > 2
        if dies and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        genuine(path, write)  # type: ignore[arg-type]
        written.append(path)
        if dies:
            os.kill(os.getpid(), signal.SIGKILL)

    lake_folder.replace = replace
    source = generated(3_000, kill_at_page=20 if moment == "page" else 0)
    pull(source, {}, Lake(root), days(15), now=lambda: NOW)


def memory(root: Path, number: int) -> None:
    """Pulls and writes the rows in the lake, the most memory the process ever had, and of it Arrow (kB)."""
    (report,) = pull(generated(10_000, workers=2), {}, Lake(root), days(number), now=lambda: NOW)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sys.stdout.write(f"{report.rows} {peak} {pa.default_memory_pool().max_memory() // 1024}\n")


if __name__ == "__main__":
    if sys.argv[1] == "kill":
        kill(Path(sys.argv[2]), sys.argv[3])
    else:
        memory(Path(sys.argv[2]), int(sys.argv[3]))
