"""How a list of a REST API is cut into pages, and how the next one is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qsl, urljoin, urlsplit

from connectors.sdk.errors import Drift
from connectors.sdk.fields import at

Params = Mapping[str, str | int]


class PageRule(Protocol):
    """How pages follow one another."""

    def first(self) -> Params:
        """What is sent along for the first page."""

    def after(self, address: str, asked: Params, answer: Any, rows: int) -> Params | None:
        """What is sent for the page after `answer`, which had `rows`; None after the last one.

        `address` is where the list is, `asked` what was sent for `answer`.
        """


@dataclass(frozen=True)
class OnePage:
    """All rows come at once."""

    def first(self) -> Params:
        """Nothing."""
        return {}

    def after(self, address: str, asked: Params, answer: Any, rows: int) -> None:
        """None: there is no other page."""


@dataclass(frozen=True, kw_only=True)
class NextCursor:
    """An answer holds a mark at `path`, that is sent as `param` for the next page; the last one has none."""

    path: str
    param: str

    def first(self) -> Params:
        """Nothing."""
        return {}

    def after(self, address: str, asked: Params, answer: Any, rows: int) -> Params | None:
        """The same question with the mark."""
        mark = found(answer, self.path)
        return {**asked, self.param: str(mark)} if mark else None


@dataclass(frozen=True, kw_only=True)
class NextLink:
    """An answer holds the next page's address at `path`. Only its query is used: the list stays where it is."""

    path: str

    def first(self) -> Params:
        """Nothing."""
        return {}

    def after(self, address: str, asked: Params, answer: Any, rows: int) -> Params | None:
        """The link's query. Raises `Drift` for a link to elsewhere: the token would go there."""
        link = found(answer, self.path)
        if not link:
            return None
        there, here = urlsplit(urljoin(address, str(link))), urlsplit(address)
        if (there.netloc, there.path) != (here.netloc, here.path):
            raise Drift(
                f"{here.path} has its next page at another address, which is not followed",
                "adapt the connector",
            )
        return dict(parse_qsl(there.query))


@dataclass(frozen=True, kw_only=True)
class Offset:
    """`param` says how many rows to leave out. Asked until a page is empty: a short one may be the source's own
    ceiling. Rows that vanish while such a list is read push others over the edge of a page unseen; where the
    source has cursors as well, use these.
    """

    param: str

    def first(self) -> Params:
        """From the beginning."""
        return {self.param: 0}

    def after(self, address: str, asked: Params, answer: Any, rows: int) -> Params | None:
        """So many rows further on."""
        return {**asked, self.param: int(asked[self.param]) + rows} if rows else None


@dataclass(frozen=True, kw_only=True)
class PageNumber:
    """`param` counts the pages. Asked until one is empty; what is said of `Offset` holds here too."""

    param: str
    start: int = 1

    def first(self) -> Params:
        """The first page."""
        return {self.param: self.start}

    def after(self, address: str, asked: Params, answer: Any, rows: int) -> Params | None:
        """The next number."""
        return {**asked, self.param: int(asked[self.param]) + 1} if rows else None


def found(answer: Any, path: str) -> Any:
    """What is at `path`; None when there is nothing, as some sources leave it out of the last page."""
    try:
        return at(answer, path)
    except KeyError:
        return None
