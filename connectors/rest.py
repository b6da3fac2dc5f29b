"""Any REST API that gives JSON lists: its streams are declared in `sources.yml`, as docs/sources.md shows.

What can be declared is what `connectors.sdk.rest` can: lists that are read with GET, by a range of time or whole, in
pages. The credential goes into a header, and nowhere else.
"""

import warnings
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal, Self

import requests
from pydantic import BaseModel, ConfigDict, Field, model_validator

from connectors.sdk import rest as sdk_rest
from connectors.sdk.contract import Calls, Connection, Declarable, Limit, Option, Source, zone_named
from connectors.sdk.declaring import Forms, Schemas, without_streams
from connectors.sdk.errors import CredentialError, Rejected, SourceError
from connectors.sdk.http import Answer, Http
from connectors.sdk.json_columns import WRITTEN, JsonColumnsForm
from connectors.sdk.option_values import header_value, optional_header, usable_address
from connectors.sdk.paging import NextCursor, NextLink, Offset, OnePage, PageNumber, PageRule
from connectors.sdk.rest import BUCKET, Endpoint, RestConnection
from connectors.sdk.stream_forms import refusal

BASE_URL, TOKEN, USER = "REST_BASE_URL", "REST_TOKEN", "REST_USER"
HEADER, SCHEME, TIMEZONE = "REST_HEADER", "REST_SCHEME", "REST_TIMEZONE"
BEARER, NO_SCHEME = "Bearer", "none"


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


class RestStream(JsonColumnsForm):
    """A list of the API."""

    path: str = Field(min_length=1, pattern=r"^[^?#\s]+$", examples=["/orders"])
    """After `base_url`, without a query."""
    rows: str = Field("", examples=["data"])
    """The path of the list in an answer; empty where the answer is the list."""
    params: Mapping[str, str] = Field({}, examples=["{status: any, limit: 100}"])
    """Sent with every request. Never a secret: those go into the header."""
    pages: PagesForm = Field(
        PagesForm(kind="one_page"),
        examples=["{kind: next_cursor, path: meta.next, param: cursor}"],
    )

    def endpoint(self, name: str) -> Endpoint:
        """The list as the SDK reads it."""
        return Endpoint(
            stream=self.stream(name),
            path=f"/{self.path.lstrip('/')}",
            fields=self.readers,
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
    open=without_streams("the REST API"),
    declarable=Declarable(form=RestStream, with_streams=with_streams),
)  # fmt: skip


def __getattr__(name: str) -> Any:
    """A name of connectors.sdk.rest, which was called connectors.rest before there was this connector."""
    if name.startswith("_") or not hasattr(sdk_rest, name):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    message = "connectors.rest is now connectors.sdk.rest: import that"
    warnings.warn(message, DeprecationWarning, stacklevel=2)
    return getattr(sdk_rest, name)
