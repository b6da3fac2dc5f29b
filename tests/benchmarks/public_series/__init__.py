"""Public series, read from PyPI wheels that contain them; the repository has no copy of them."""

from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.public_series import former, markets, people, services, shops, traffic, web
from tests.benchmarks.public_series.collection import Collection, Source
from tests.benchmarks.public_series.halves import HELD_OUT, TUNING, halves
from tests.benchmarks.public_series.wheels import PACKAGES, Wheels

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

__all__ = [
    "HALF_OF",
    "HELD_OUT",
    "PACKAGES",
    "SOURCES",
    "TUNING",
    "Collection",
    "Source",
    "collections",
]


def collections(wheels: Path, half: str | None = None) -> Iterator[Collection]:
    """The collections of a half, or all, read from the wheels in the folder."""
    files = Wheels(wheels)
    for source in SOURCES:
        if half in (None, HALF_OF[source.name]):
            yield Collection(source, source.read(files))
