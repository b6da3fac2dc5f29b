"""A source that is a plain REST API: declared, not programmed.

Where an API gives JSON lists by a range of time and in pages, a connector declares where the rows are, what their
fields are called and how pages follow one another; `rest_source` makes a `Source` of it.
docs/adding-a-connector.md shows a whole one. What does not fit (reports that are made in the background, searches,
bodies that hold an error) is programmed with `connectors.sdk.http`, as `connectors.hubspot` is.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from connectors.sdk.contract import Calls, Limit, Option, Page, Slice, Source, Stream
from connectors.sdk.errors import Drift, Unavailable
from connectors.sdk.fields import Field, as_given, at_or_none
from connectors.sdk.http import Http
from connectors.sdk.option_values import header_value, usable_address
from connectors.sdk.paging import OnePage, PageRule, Params
from connectors.sdk.rules import CODE

BUCKET = "requests"
RANGE_MARGIN = timedelta(seconds=1)
"""Added on either side of a range of moments. Sources differ in whether its ends belong to it and in their
resolution; the engine drops the rows outside the range."""


def iso_8601(moment: datetime) -> str:
    """A moment as 2026-11-25T00:00:00Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def unix_time(moment: datetime) -> int:
    """A moment as whole seconds since 1970."""
    return int(moment.timestamp())


def range_of(
    piece: Slice, since: str, until: str, moment: Callable[[datetime], str | int]
) -> Params:
    """What asks for the slice's days by the names `since` and `until`, each of which may be empty."""
    if pa.types.is_date(piece.stream.schema.field(piece.stream.cursor).type):
        first: str | int = piece.first.isoformat()
        last: str | int = piece.last_day.isoformat()
    else:
        first, last = moment(piece.since - RANGE_MARGIN), moment(piece.until + RANGE_MARGIN)
    params = {since: first} if since else {}
    # without an end, as rows that changed since then belong to the newest window
    return params | ({until: last} if until and not piece.reaches_now else {})


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """The list that the rows of one stream come from."""

    stream: Stream
    path: str
    """After the API's address: `/deliveries`."""
    fields: Mapping[str, str | Field]
    """The field of each column. A text is the path of a field that is stored as it is given."""
    rows: str = ""
    """The path of the list in an answer; empty when the answer is the list."""
    since: str = ""
    """The parameter for the first moment, or for the first day where the stream's cursor is a day. Without `since` and
    `until` every slice asks for everything: for short lists only."""
    until: str = ""
    """The parameter for the last moment, or for the last day, inclusive."""
    moment: Callable[[datetime], str | int] = iso_8601
    """How these parameters write a moment."""
    params: Params = field(default_factory=dict)
    """Sent with every request."""
    pages: PageRule = field(default_factory=OnePage)
    """How pages follow one another."""
    remedy: str = "adapt the connector"
    """What to do about an answer without the list."""

    def __post_init__(self) -> None:
        """Refuse a declaration that lacks a column or has an unknown one."""
        expected = set(self.stream.schema.names)
        if self.stream.snapshot:
            expected -= {self.stream.cursor}  # the day of the request
        if expected != set(self.fields):
            raise ValueError(
                f"{self.stream.name}: fields and columns differ in "
                f"{', '.join(sorted(expected ^ set(self.fields)))}"
            )

    def range(self, piece: Slice) -> Params:
        """The parameters that ask for the slice's days."""
        return range_of(piece, self.since, self.until, self.moment)


def rest_source(
    *,
    name: str,
    title: str,
    base: str,
    token: str,
    endpoints: Sequence[Endpoint],
    per_second: float,
    burst: int = 1,
    by_minute: bool = False,
    zone: str = "UTC",
    header: str = "Authorization",
    scheme: str = "Bearer",
    workers: int = 4,
    version: str = "1",
) -> Source:
    """A source with a stream an endpoint.

    `base` is the API's address, which the variable <NAME>_API_BASE can replace; `token` the variable with the
    credential, which is sent in `header` after `scheme`. `zone` is the zone of the API's days, and `per_second`
    how many requests it allows, `burst` of them at once; `by_minute` says that the vendor counts by the minute.
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
        limits=(Limit(BUCKET, per_second, burst, by_minute=by_minute),),
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
        return self._zone

    def pages(self, piece: Slice) -> Iterator[Page]:
        endpoint = self._endpoints[piece.stream.name]
        asked: Params | None = {
            **endpoint.params,
            **endpoint.range(piece),
            **endpoint.pages.first(),
        }
        requested: set[tuple[tuple[str, str | int], ...]] = set()
        while asked is not None:
            page = tuple(sorted(asked.items()))
            if page in requested:
                raise Unavailable(f"GET {endpoint.path} leads back to a page it gave before")
            requested.add(page)
            answer = self._get(endpoint.path, asked)
            rows = rows_in(answer, endpoint)
            yield Page([columns_of(row, endpoint, piece) for row in rows])
            address = self._address + endpoint.path
            asked = endpoint.pages.after(address, asked, answer, len(rows))

    def close(self) -> None:
        self._http.close()

    def _get(self, path: str, params: Params) -> Any:
        return self._calls(BUCKET, lambda: self._http.get(path, params))


def rows_in(answer: Any, endpoint: Endpoint) -> Sequence[Any]:
    """The list in an answer. Raises `Drift` when there is none: that is not the same as no rows."""
    rows = at_or_none(answer, endpoint.rows)
    if not isinstance(rows, list):
        where = f"no list {endpoint.rows!r}" if endpoint.rows else "no list"
        raise Drift(f"GET {endpoint.path} gave {where}{lists_of(answer)}", endpoint.remedy)
    return rows


def lists_of(answer: Any) -> str:
    """What could be the list, by the names at the top of an answer; empty where nothing could."""
    names = [
        name
        for name, value in (answer.items() if isinstance(answer, Mapping) else ())
        if isinstance(value, list) and CODE.fullmatch(name)
    ]
    return f" (it has {', '.join(names[:3])})" if names else ""


def columns_of(row: Any, endpoint: Endpoint, piece: Slice) -> dict[str, Any]:
    """The declared columns of a row. A missing field stays missing: the schema refuses it by name."""
    values: dict[str, Any] = {}
    for column, declared in endpoint.fields.items():
        field = as_given(declared) if isinstance(declared, str) else declared
        try:
            values[column] = field.value(row)
        except KeyError:
            continue
    if endpoint.stream.snapshot:
        values[endpoint.stream.cursor] = piece.first
    return values
