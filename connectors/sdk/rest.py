"""A source that is a plain REST API: declared, not programmed.

Where an API gives JSON lists that are asked for by a range of time and paged through, a connector says
where the rows are, what its fields are called and how pages follow one another; `rest_source` makes a
`Source` of it. docs/adding-a-connector.md shows a whole one. What does not fit (reports that are made in the
background, searches, bodies that hold an error) is programmed with `connectors.sdk.http`, as hubspot.py is.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from connectors.sdk.contract import Calls, Limit, Option, Page, Slice, Source, Stream
from connectors.sdk.errors import Drift, Unavailable
from connectors.sdk.fields import Field, as_given, at
from connectors.sdk.http import Http, header_value, usable_address
from connectors.sdk.paging import OnePage, PageRule, Params

BUCKET = "requests"
A_LITTLE = timedelta(seconds=1)
"""By how much more is asked for on either side of a range of moments. Sources differ in whether the ends belong
to it and in how finely they cut; what lies outside is dropped, so that it makes no difference."""


def iso_8601(moment: datetime) -> str:
    """A moment as 2026-11-25T00:00:00Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def unix_time(moment: datetime) -> int:
    """A moment as whole seconds since 1970."""
    return int(moment.timestamp())


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """Where the rows of one stream come from."""

    stream: Stream
    path: str
    """After the API's address: `/deliveries`."""
    fields: Mapping[str, str | Field]
    """By column of the stream: the field of a row. A text is the path of a field that is stored as it is given."""
    rows: str = ""
    """The path of the list in an answer; empty when the answer is the list."""
    since: str = ""
    """The parameter that takes the first moment, or the first day where the stream's cursor is a day. Without it
    (and `until`) every slice asks for everything: for short lists only."""
    until: str = ""
    """The parameter that takes the last one. A day is asked for inclusively."""
    moment: Callable[[datetime], str | int] = iso_8601
    """How a moment is written in these."""
    params: Params = field(default_factory=dict)
    """Sent with every request."""
    pages: PageRule = field(default_factory=OnePage)
    """How pages follow one another."""

    def __post_init__(self) -> None:
        """Refuses a declaration that leaves out a column or has one too many."""
        expected = set(self.stream.schema.names)
        if self.stream.snapshot:
            expected -= {self.stream.cursor}  # the day it is asked on
        if expected != set(self.fields):
            raise ValueError(
                f"{self.stream.name}: fields and columns differ in "
                f"{', '.join(sorted(expected ^ set(self.fields)))}"
            )

    def range(self, piece: Slice) -> Params:
        """The parameters that ask for the slice's days."""
        if pa.types.is_date(self.stream.schema.field(self.stream.cursor).type):
            first: str | int = piece.first.isoformat()
            last: str | int = piece.last_day.isoformat()
        else:
            first, last = self.moment(piece.since - A_LITTLE), self.moment(piece.until + A_LITTLE)
        asked = {self.since: first} if self.since else {}
        # what has changed since the slice's end belongs to its newest window: then it has no end
        return asked | ({self.until: last} if self.until and not piece.reaches_now else {})


def rest_source(
    *,
    name: str,
    title: str,
    base: str,
    token: str,
    endpoints: Sequence[Endpoint],
    per_second: float,
    burst: int = 1,
    zone: str = "UTC",
    header: str = "Authorization",
    scheme: str = "Bearer",
    workers: int = 4,
    version: str = "1",
) -> Source:
    """The source that `endpoints` make up.

    `base` is the API's address, that the variable <NAME>_API_BASE can replace; `token` the variable that holds
    the credential, which is sent in `header` after `scheme`. `zone` is where the API counts its days, and
    `per_second` how many requests it allows, `burst` of them at once.
    """
    base_option = f"{name.upper()}_API_BASE"
    by_stream = {endpoint.stream.name: endpoint for endpoint in endpoints}

    def open_api(values: Mapping[str, str], calls: Calls) -> RestConnection:
        address = usable_address(values.get(base_option) or base, base_option)
        secret = header_value(values.get(token, ""), token)
        http = Http(address, secret, header=header, scheme=scheme)
        return RestConnection(http, address, by_stream, ZoneInfo(zone), calls)

    return Source(
        name=name,
        title=title,
        options=(
            Option(token, f"The credential for {title}", secret=True),
            Option(base_option, f"Address of the API of {title}", default=base),
        ),
        streams=tuple(endpoint.stream for endpoint in endpoints),
        limits=(Limit(BUCKET, per_second, burst),),
        open=open_api,
        workers=workers,
        version=version,
    )


class RestConnection:
    """A REST API and a token for it."""

    def __init__(
        self,
        http: Http,
        address: str,
        endpoints: Mapping[str, Endpoint],
        zone: ZoneInfo,
        calls: Calls,
    ) -> None:
        """Calls nothing yet."""
        self._http = http
        self._address = address
        self._endpoints = endpoints
        self._zone = zone
        self._calls = calls

    @property
    def zone(self) -> ZoneInfo:
        """The zone that was declared."""
        return self._zone

    def pages(self, piece: Slice) -> Iterator[Page]:
        """Each page of the slice's days."""
        endpoint = self._endpoints[piece.stream.name]
        asked: Params | None = {
            **endpoint.params,
            **endpoint.range(piece),
            **endpoint.pages.first(),
        }
        seen: set[tuple[tuple[str, str | int], ...]] = set()
        while asked is not None:
            mark = tuple(sorted(asked.items()))
            if mark in seen:
                raise Unavailable(f"GET {endpoint.path} leads back to a page it gave before")
            seen.add(mark)
            answer = self._get(endpoint.path, asked)
            rows = rows_in(answer, endpoint)
            yield Page([columns_of(row, endpoint, piece) for row in rows])
            address = self._address + endpoint.path
            asked = endpoint.pages.after(address, asked, answer, len(rows))

    def close(self) -> None:
        """Close the sockets."""
        self._http.close()

    def _get(self, path: str, params: Params) -> Any:
        return self._calls(BUCKET, lambda: self._http.get(path, params))


def rows_in(answer: Any, endpoint: Endpoint) -> Sequence[Any]:
    """The list in an answer. Raises `Drift` when there is none: that is not the same as no rows."""
    try:
        found = at(answer, endpoint.rows)
    except KeyError:
        found = None
    if not isinstance(found, list):
        where = f"no list {endpoint.rows!r}" if endpoint.rows else "no list"
        raise Drift(f"GET {endpoint.path} gave {where}", "adapt the connector")
    return found


def columns_of(row: Any, endpoint: Endpoint, piece: Slice) -> dict[str, Any]:
    """The declared columns of a row. A field that is not there is left out, and refused by name later on."""
    found: dict[str, Any] = {}
    for column, where in endpoint.fields.items():
        reader = as_given(where) if isinstance(where, str) else where
        try:
            found[column] = reader.value(row)
        except KeyError:
            continue
    if endpoint.stream.snapshot:
        found[endpoint.stream.cursor] = piece.first
    return found
