"""How a list of a REST API is cut into pages, and how the next page is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qsl, urljoin, urlsplit

from connectors.sdk.errors import Drift
from connectors.sdk.fields import at_or_none

Params = Mapping[str, str | int]


class PageRule(Protocol):
    """How pages follow one another."""

    def first(self) -> Params:
        """The parameters that ask for the first page."""

    def after(self, address: str, asked: Params, answer: Any, rows: int) -> Params | None:
        """The parameters that ask for the page after `answer`, which had `rows` rows; None after the last page.

        `address` is that of the list, `asked` the parameters that gave `answer`.
        """


@dataclass(frozen=True)
class OnePage:
    """All rows come at once."""

    def first(self) -> Params:
        return {}

    def after(self, address: str, asked: Params, answer: Any, rows: int) -> None:
        """None: there is no other page."""


@dataclass(frozen=True, kw_only=True)
class NextCursor:
    """An answer holds a cursor at `path`, which is sent as `param` for the next page; the last page has none."""

    path: str
    param: str

    def first(self) -> Params:
        return {}

    def after(self, address: str, asked: Params, answer: Any, rows: int) -> Params | None:
        cursor = at_or_none(answer, self.path)
        return {**asked, self.param: str(cursor)} if cursor else None


@dataclass(frozen=True, kw_only=True)
class NextLink:
    """An answer holds the next page's address at `path`, of which only the query is used."""

    path: str

    def first(self) -> Params:
        return {}

    def after(self, address: str, asked: Params, answer: Any, rows: int) -> Params | None:
        """The link's query. Raises `Drift` for a link to another address: the token would be sent there."""
        link = at_or_none(answer, self.path)
        if not link:
            return None
        following, current = urlsplit(urljoin(address, str(link))), urlsplit(address)
        if (following.netloc, following.path) != (current.netloc, current.path):
            raise Drift(
                f"{current.path} has its next page at another address, which is not followed",
                "adapt the connector",
            )
        return dict(parse_qsl(following.query))


@dataclass(frozen=True, kw_only=True)
class Offset:
    """`param` says how many rows to skip. Pages are asked for until one is empty: a short page may be the source's
    maximum. A row that is deleted while the list is read shifts the others, and one of them is missed; where the
    source has cursors as well, use those.
    """

    param: str

    def first(self) -> Params:
        return {self.param: 0}

    def after(self, address: str, asked: Params, answer: Any, rows: int) -> Params | None:
        return {**asked, self.param: int(asked[self.param]) + rows} if rows else None


@dataclass(frozen=True, kw_only=True)
class PageNumber:
    """`param` is the number of the page. Pages are asked for until one is empty, with the flaw of `Offset`."""

    param: str
    start: int = 1

    def first(self) -> Params:
        return {self.param: self.start}

    def after(self, address: str, asked: Params, answer: Any, rows: int) -> Params | None:
        return {**asked, self.param: int(asked[self.param]) + 1} if rows else None
