"""Pages that would never end: a cursor that leads back to its own page, or on and on."""

from collections.abc import Iterable, Iterator

from connectors.sdk.contract import Page, Slice
from connectors.sdk.errors import Drift

MOST_PAGES = 200_000
"""Of one slice. A hundred rows each are twenty million, for a few days of one stream."""
MOST_REPEATED = 10
"""So often in a row may a page have the very rows of the one before it."""
MOST_EMPTY = 1_000
"""So many pages in a row may be empty."""
REMEDY = "the source's cursor is broken: try again later, or adapt the connector"


def bounded(pages: Iterable[Page], piece: Slice) -> Iterator[Page]:
    """The pages of a slice. Raises `Drift` where they repeat each other, or have no end."""
    name, before = piece.stream.name, None
    repeated = empty = 0
    for number, page in enumerate(pages, start=1):
        empty = 0 if page.rows else empty + 1
        repeated = repeated + 1 if page.rows and page.rows == before else 0
        if repeated > MOST_REPEATED:
            raise Drift(f"{name} gives the same page again and again", REMEDY)
        if empty > MOST_EMPTY or number > MOST_PAGES:
            raise Drift(f"{name} goes on without an end, after {number:,} pages", REMEDY)
        before = page.rows
        yield page
