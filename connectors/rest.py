"""Any REST API that gives JSON lists: its streams are declared in `sources.yml`, as docs/sources.md shows.

What can be declared is what `connectors.sdk.rest` can: lists that are read with GET, by a range of time or whole, in
pages. The credential goes into a header, and nowhere else.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

import requests
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from connectors.sdk import fields
from connectors.sdk.contract import Calls, Connection, Declarable, Limit, Option, Source, zone_named
from connectors.sdk.declaring import Forms, Schemas
from connectors.sdk.errors import CredentialError, Rejected, SourceError
from connectors.sdk.http import Answer, Http
from connectors.sdk.option_values import header_value, optional_header, usable_address
from connectors.sdk.paging import NextCursor, NextLink, Offset, OnePage, PageNumber, PageRule
from connectors.sdk.rest import BUCKET, Endpoint, RestConnection, iso_8601, unix_time
from connectors.sdk.stream_forms import (
    ALL_WINDOWS,
    ColumnForm,
    ColumnsForm,
    column_names,
    refusal,
    stream_of,
)

BASE_URL, TOKEN, USER = "REST_BASE_URL", "REST_TOKEN", "REST_USER"
HEADER, SCHEME, TIMEZONE = "REST_HEADER", "REST_SCHEME", "REST_TIMEZONE"
BEARER, NO_SCHEME = "Bearer", "none"
EXACT_DIGITS = 15
"""A JSON number passes through a float, which gives as many decimal digits back as they were written."""
Moment = Literal["iso", "unix", "unix_ms"]


class PagesForm(BaseModel):
    """How pages follow one another: a rule of `connectors.sdk.paging` by name, and what it needs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["one_page", "next_cursor", "next_link", "offset", "page_number"] = Field(
        examples=["next_cursor"]
    )
    path: str = Field("", examples=["meta.next"])
    """Where an answer holds the cursor or the link of the next page."""
    param: str = Field("", examples=["cursor"])
    """The parameter that asks for the next page."""
    start: int = Field(1, ge=0, examples=[0])
    """The number of the first page."""

    @model_validator(mode="after")
    def has_what_its_kind_needs(self) -> Self:
        """Refuse a rule without what it needs."""
        needs = {
            "next_cursor": ("path", "param"),
            "next_link": ("path",),
            "offset": ("param",),
            "page_number": ("param",),
        }
        for key in needs.get(self.kind, ()):
            if not getattr(self, key):
                example = type(self).model_fields[key].examples or [""]
                raise refusal(
                    f"pages of kind `{self.kind}` without `{key}`",
                    f"add it, such as `{key}: {example[0]}`",
                    key="kind",
                )
        return self

    @property
    def rule(self) -> PageRule:
        """The rule of the SDK."""
        match self.kind:
            case "next_cursor":
                return NextCursor(path=self.path, param=self.param)
            case "next_link":
                return NextLink(path=self.path)
            case "offset":
                return Offset(param=self.param)
            case "page_number":
                return PageNumber(param=self.param, start=self.start)
            case _:
                return OnePage()


class RestColumn(ColumnForm):
    """One column, and the field of a row that it is read from."""

    path: str = Field("", examples=["price.amount"])
    """The keys on the way to the field, with dots; the column's own name where it is empty."""
    optional: bool = Field(False, examples=[True])
    """Whether rows leave the field out where it is empty, so that all of them may lack it."""
    moment: Moment | None = Field(None, examples=["unix"])
    """How a timestamp is written: ISO 8601, or seconds or milliseconds since 1970. That of the stream by default."""
    timezone: str = Field("", examples=["Europe/Berlin"])
    """The zone of timestamps that are written without an offset. Without it, their rows are set aside."""

    @model_validator(mode="after")
    def is_of_its_type(self) -> Self:
        """Refuse what only timestamps have on another column, and a zone that is not known."""
        for key in ("moment", "timezone"):
            if getattr(self, key) and self.type != "timestamp":
                raise refusal(f"`{key}` of a {self.type}", "leave it out, or say `type: timestamp`")
        checked_zone(self.timezone)
        return self

    def reader(self, name: str, moment: Moment) -> fields.Field:
        """How a row's field becomes the column's value."""
        if self.type == "timestamp":
            zone = ZoneInfo(self.timezone) if self.timezone else None
            read: Callable[[Any], Any] = moment_reader(self.moment or moment, zone)
        else:
            read = READERS[self.type]
        return fields.Field(self.path or name, read, self.optional)


class RestStream(ColumnsForm):
    """A list of the API."""

    path: str = Field(min_length=1, pattern=r"^[^?#\s]+$", examples=["/orders"])
    """After `base_url`, without a query."""
    rows: str = Field("", examples=["data"])
    """The path of the list in an answer; empty where the answer is the list."""
    params: Mapping[str, str] = Field({}, examples=["{status: any, limit: 100}"])
    """Sent with every request. Never a secret: those go into the header."""
    since: str = Field("", examples=["updated_from"])
    """The parameter for the first moment asked for, or for the first day where days place the rows."""
    until: str = Field("", examples=["updated_to"])
    """The parameter for the last one, inclusive."""
    moment: Moment = Field("iso", examples=["unix"])
    """How `since`, `until` and the timestamps of rows are written."""
    pages: PagesForm = Field(
        PagesForm(kind="one_page"),
        examples=["{kind: next_cursor, path: meta.next, param: cursor}"],
    )
    columns: Annotated[Mapping[str, RestColumn], BeforeValidator(column_names)] = Field(
        min_length=1, examples=["{id: integer, net: {path: total.net, type: decimal}}"]
    )

    @model_validator(mode="after")
    def asks_for_what_it_can(self) -> Self:
        """Refuse a snapshot of a range, and a range with an end only."""
        if self.snapshot and (self.since or self.until):
            key = "since" if self.since else "until"
            raise refusal(f"`{key}` with `snapshot`", "leave it out: all is read", key=key)
        if self.until and not self.since:
            raise refusal("`until` without `since`", "add `since`, or leave both out", key="until")
        return self

    def endpoint(self, name: str) -> Endpoint:
        """The list as the SDK reads it."""
        # a list that cannot be asked for by days is read once for all of them
        more = {} if self.since or self.snapshot else {"windows_per_slice": ALL_WINDOWS}
        return Endpoint(
            stream=stream_of(name, self, self.schema, **more),
            path=f"/{self.path.lstrip('/')}",
            fields={x: declared.reader(x, self.moment) for x, declared in self.columns.items()},
            rows=self.rows,
            since=self.since,
            until=self.until,
            moment=WRITTEN[self.moment],
            params=self.params,
            pages=self.pages.rule,
            remedy="correct `path` and `rows` of the stream in sources.yml",
        )


def with_streams(source: Source, forms: Forms, schemas: Schemas) -> Source:
    """The source that pulls the declared lists."""
    endpoints = {name: form.endpoint(name) for name, form in forms.items()}

    def open_api(values: Mapping[str, str], calls: Calls) -> Connection:
        address = usable_address(values.get(BASE_URL, ""), "base_url")
        zone = zone_named(
            values.get(TIMEZONE) or "UTC", "`timezone` is", "write it as Europe/Berlin"
        )
        return RestConnection(opened(address, values), address, endpoints, zone, calls)

    declared = tuple(endpoint.stream for endpoint in endpoints.values())
    return replace(source, streams=(*source.streams, *declared), open=open_api)


def opened(address: str, values: Mapping[str, str]) -> Http:
    """Requests with the declared credential. Raises `CredentialError` for one that a header cannot hold."""
    token = optional_header(values, TOKEN)
    if user := values.get(USER, "").strip():
        if not token:
            raise CredentialError("there is a `user` and no `token`", "set it to the password")
        return Http(address, requests.auth.HTTPBasicAuth(user, token), hook=fault_of)
    header = header_value(values.get(HEADER) or "Authorization", "header")
    scheme = values.get(SCHEME, "").strip() or (BEARER if header == "Authorization" else NO_SCHEME)
    scheme = "" if scheme == NO_SCHEME else scheme
    return Http(address, token, header=header, scheme=scheme, hook=fault_of)


def fault_of(answer: Answer) -> SourceError | None:
    """The refusals that a declaration can cause. The API's own words are not shown: they can repeat what was sent."""
    message = f"{answer.request} gave HTTP {answer.status}"
    if answer.status in (404, 410):
        return Rejected(
            f"{message}: there is no such list", "correct `path` of the stream, or `base_url`"
        )
    if answer.status in (400, 422):
        return Rejected(
            message, "correct `params`, `since` and `until`: names, and how days are written"
        )
    return None


def checked_zone(name: str) -> str:
    """The name of a zone. Refuses one that is not known."""
    try:
        if name:
            zone_named(name, "`timezone` is", "write it as Europe/Berlin")
    except Rejected as error:
        raise refusal(error.message, error.remedy, key="timezone") from None
    return name


def moment_reader(moment: Moment, zone: ZoneInfo | None) -> Callable[[Any], datetime]:
    """Reads a moment. One in ISO 8601 without an offset is in `zone`, and refused where there is none."""

    def read_iso(value: Any) -> datetime:
        at = datetime.fromisoformat(value)
        if at.tzinfo is None and zone is None:
            raise ValueError
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)

    if moment == "iso":
        return read_iso
    return fields.read_unix_seconds if moment == "unix" else read_unix_milliseconds


def read_unix_milliseconds(value: Any) -> datetime:
    """A moment as whole milliseconds since 1970."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError
    return fields.EPOCH + timedelta(milliseconds=value)


def read_integer(value: Any) -> Any:
    """A whole number, also one that is written as a text."""
    return fields.read_whole(value) if isinstance(value, str) else value


def read_amount(value: Any) -> Decimal:
    """A decimal from a text or a JSON number. A number of more digits than a float keeps is refused."""
    if isinstance(value, str):
        return fields.read_decimal(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    amount = Decimal(repr(value))
    if isinstance(value, float) and len(amount.normalize().as_tuple().digits) > EXACT_DIGITS:
        raise ValueError
    return amount


def read_number(value: Any) -> Any:
    """A number with a fraction, also one that is written as a text."""
    return float(fields.read_decimal(value)) if isinstance(value, str) else value


def read_truth(value: Any) -> Any:
    """True or false, also as a text."""
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def json_text(value: Any) -> str:
    """A value as JSON, keys in order, so that equal values are equal texts."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


READERS: Mapping[str, Callable[[Any], Any]] = {
    "integer": read_integer,
    "decimal": read_amount,
    "number": read_number,
    "boolean": read_truth,
    "date": fields.read_day,
    "text": fields.read_text,
    "json": json_text,
}
"""By type in words, how a JSON value is read. A value of another form is set aside with its row."""
WRITTEN: Mapping[Moment, Callable[[datetime], str | int]] = {
    "iso": iso_8601,
    "unix": unix_time,
    "unix_ms": lambda moment: unix_time(moment) * 1000,
}
"""How `since` and `until` are written."""


def without_streams(values: Mapping[str, str], calls: Calls) -> Connection:
    """A REST API is opened by its streams, which only `sources.yml` can declare."""
    raise Rejected("no stream of the REST API is declared", "add `streams:` to it in sources.yml")


SOURCE = Source(
    name="rest",
    title="REST API",
    options=(
        Option(BASE_URL, "Address of the API, such as https://api.shop.example/v2"),
        Option(TOKEN, "The credential, sent in a header; with a user, the password", secret=True, default=""),
        Option(USER, "User name, where the API wants one with a password (basic authentication)", default=""),
        Option(HEADER, "The header with the credential", default="Authorization"),
        Option(SCHEME, "The word before the credential in its header, or none; Bearer in Authorization", default=""),
        Option(TIMEZONE, "Timezone in which the API counts days", default="UTC"),
    ),
    streams=(),
    limits=(Limit(BUCKET, 5, burst=5),),
    open=without_streams,
    declarable=Declarable(form=RestStream, with_streams=with_streams),
)  # fmt: skip
