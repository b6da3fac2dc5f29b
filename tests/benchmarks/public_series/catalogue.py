"""All collections of public series, and which of them may be tuned to."""

from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.public_series import former, markets, people, services, shops, traffic, web
from tests.benchmarks.public_series.collection import Collection, Source
from tests.benchmarks.public_series.halves import halves
from tests.benchmarks.public_series.wheels import Wheels

SOURCES: tuple[Source, ...] = (
    *former.SOURCES,
    *shops.SOURCES,
    *people.SOURCES,
    *services.SOURCES,
    *traffic.SOURCES,
    *web.SOURCES,
    *markets.SOURCES,
)
HALF_OF = halves(SOURCES, former.SOURCES)


def collections(wheels: Path, half: str | None = None) -> Iterator[Collection]:
    """The collections of a half, or all, read from the wheels in the folder."""
    files = Wheels(wheels)
    for source in SOURCES:
        if half in (None, HALF_OF[source.name]):
            yield Collection(source, source.read(files))
