"""Progress bars on standard error while a command works. Without a terminal there are none, only lines."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from connectors.sdk import engine


class PullBars(engine.Progress):
    """A bar a source: windows committed of windows planned. A context manager.

    `windows` and `rows` are those committed, by source.
    """

    def __init__(self, console: Console) -> None:
        self._lock = Lock()
        self._tasks: dict[str, TaskID] = {}
        self.windows: dict[str, int] = {}
        self.rows: dict[str, int] = {}
        self._bars = _bars(console, unit="windows")

    def __enter__(self) -> "PullBars":
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def planned(self, source: str, stream: str, windows: int) -> None:
        """`windows` more will be pulled."""
        with self._lock:
            if source not in self._tasks:
                self._tasks[source] = self._bars.add_task(f"Pulling {source}", total=0)
                self.windows[source] = self.rows[source] = 0
            task = self._bars.tasks[self._tasks[source]]
            self._bars.update(task.id, total=(task.total or 0) + windows)

    def committed(self, source: str, stream: str, windows: int, rows: int) -> None:
        """`windows` more are in the lake, with so many rows."""
        with self._lock:
            self.windows[source] += windows
            self.rows[source] += rows
            self._bars.advance(self._tasks[source], windows)

    def unchanged(self, source: str, stream: str, windows: int) -> None:
        """`windows` more were looked at; the lake has them as they are."""
        with self._lock:
            self._bars.advance(self._tasks[source], windows)

    def document(self, source: str, error: str | None) -> dict[str, object]:
        """The pull of one source for machines."""
        return {
            "source": source,
            "windows": self.windows.get(source, 0),
            "rows": self.rows.get(source, 0),
            "error": error,
        }

    def lines(self, failed: Mapping[str, str]) -> Iterator[str]:
        """One line a source: what was pulled, and the message of the fault that ended it."""
        for source in sorted({*self.windows, *failed}):
            windows, rows = self.windows.get(source, 0), self.rows.get(source, 0)
            line = f"{source}: {windows:,} windows, {rows:,} rows"
            yield f"{line}; FAILED: {failed[source]}" if source in failed else line


@contextmanager
def progress_bar(console: Console, label: str, total: int) -> Iterator[Callable[[], object]]:
    """One bar; the function that it gives is to be called after each of `total` steps."""
    with _bars(console) as bars:
        task = bars.add_task(label, total=total)
        yield lambda: bars.advance(task)


def _bars(console: Console, unit: str = "") -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        *([TextColumn(unit)] if unit else []),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
    )
