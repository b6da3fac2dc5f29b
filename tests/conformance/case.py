"""What a connector tells the conformance suite of itself.

A source whose sample company is in connectors/sandbox/<name>.py needs no more than that. A file
cases/<name>.py with a `CASE` adds what only the source knows: a server that holds a test's own rows, and how
the vendor writes its refusals.
"""

import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from connectors.lake.lake import Lake
from connectors.sandbox.http_server import Reply
from connectors.sandbox.served import Served
from connectors.sdk import catalog
from connectors.sdk.contract import Source
from connectors.sdk.engine import StreamReport, pull
from connectors.sdk.windows import Range
from tests.connectors.clock import unslept

TODAY = date(2026, 11, 25)
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAYS = Range(date(2026, 10, 29), date(2026, 10, 31), repull=True)
"""Three days gone by, of which every stream of the sample company has rows: with a Friday and a month's end."""
CASES = Path(__file__).with_name("cases")


Placed = Callable[[Mapping[int, datetime]], Served]
"""Serves these rows and no others: by number, each with its cursor at that moment."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One source of the suite."""

    source: Source
    serve: Callable[[date, Path], Served]
    """The sample company's server, without the vendor's ceilings: the suite sleeps through no pause."""
    placed: Mapping[str, Placed] = field(default_factory=dict)
    """By stream: a server for rows that a test places."""
    too_fast: tuple[Reply, ...] = ()
    """How the vendor says `too fast` in ways of its own."""
    spent: tuple[Reply, ...] = ()
    """How the vendor says that a budget of hours is spent."""
    lists: frozenset[str] = frozenset()
    """Streams without a time of their own: what there is now, kept under the last day of what is asked for."""
    wire: str = "http"
    """`http`, or what else the source is spoken to by: its faults are its own tests' then."""


def cases() -> dict[str, Case]:
    """Every source that has a case, and every other that there is a connector for, by name."""
    connectors = catalog.sources()
    others = {path.stem for path in CASES.glob("*.py")} - connectors.keys()
    # a connector's own case counts, where another is of a source with the same name
    by_name = {case.source.name: case for case in map(case_of, [*others, *connectors])}
    return dict(sorted(by_name.items()))


def case_of(name: str) -> Case:
    """The case of one source: its own file, or what its sample company says of it."""
    if (CASES / f"{name}.py").exists():
        case: Case = importlib.import_module(f"tests.conformance.cases.{name}").CASE
        return case
    try:
        sandbox = importlib.import_module(f"connectors.sandbox.{name}")
    except ModuleNotFoundError as missing:
        raise LookupError(
            f"{name} cannot be tried: give it connectors/sandbox/{name}.py or tests/conformance/cases/{name}.py"
        ) from missing
    return Case(source=catalog.sources()[name], serve=sandbox.serve)


@dataclass
class Pull:
    """How a test pulls: into its own lake, and without sleeping."""

    lake: Lake
    waits: list[float] = field(default_factory=list)
    """Seconds that would have been waited for."""

    def __call__(
        self,
        source: Source,
        values: Mapping[str, str],
        wanted: Range = DAYS,
        *,
        now: datetime = NOON,
        only: list[str] | None = None,
    ) -> dict[str, StreamReport]:
        """The reports by stream."""
        calls = unslept(source, self.waits)
        reports = pull(source, values, self.lake, wanted, now=lambda: now, only=only, calls=calls)
        return {report.stream.name: report for report in reports}

    def stored(self, source: Source) -> dict[str, dict[date, tuple[int, str]]]:
        """By stream and window: how many rows the lake holds, and their checksum."""
        return {
            stream.name: {
                window: (manifest.rows, manifest.checksum)
                for window, manifest in self.lake.manifests(source.name, stream.name).items()
            }
            for stream in source.streams
        }

    def rows(self, source: Source, stream: str) -> Iterator[tuple[date, dict[str, Any]]]:
        """Each row that the lake holds of a stream, with its window."""
        declared = source.stream(stream)
        for window in self.lake.manifests(source.name, stream):
            for row in self.lake.read(source.name, declared, window).to_pylist():
                yield window, row

    def written(self) -> bytes:
        """Every byte in the lake."""
        files = [path for path in self.lake.root.rglob("*") if path.is_file()]
        return b"".join(path.read_bytes() for path in files)


def secrets(source: Source, values: Mapping[str, str]) -> list[str]:
    """The values that nothing may show."""
    return [values[x.name] for x in source.options if x.secret and values.get(x.name)]


def errors(reports: Mapping[str, StreamReport]) -> dict[str, str]:
    """The faults by stream; empty when all went well."""
    return {name: str(report.error) for name, report in reports.items() if report.error}
