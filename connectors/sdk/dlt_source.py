"""Any dlt resource as a source, so that the many that others maintain can be pulled into the lake.

dlt (dlthub.com) is optional: `pip install dlt`. A connector of this kind is one short file in `connectors/`:

    def tickets(values, piece, session):
        from dlt.sources.rest_api import rest_api_source
        client = {"base_url": "https://desk.example.com/api/", "session": session,
                  "auth": {"type": "bearer", "token": values["DESK_TOKEN"]}}
        params = {"from": piece.since.isoformat(), "to": piece.until.isoformat()}
        return rest_api_source({"client": client, "resources": [
            {"name": "tickets", "endpoint": {"path": "tickets", "params": params}}]})

    SOURCE = dlt_source(name="desk", title="Help desk", resources=[(TICKETS, tickets)],
                        options=[Option("DESK_TOKEN", "A token that may read", secret=True)])

dlt only extracts: windows, commits and types are the engine's, so there is no pipeline, no state and no folder of
dlt's. A resource is therefore created for each slice and asked for the slice's days: by parameters, or by
`dlt.sources.incremental(..., initial_value=, end_value=)`. Its columns are those of the stream, under the source's
names; `add_map` renames and flattens. dlt itself reads settings that no option names from the environment.

Requests through `session` keep to the limit and are retried by the engine's rules. A resource with a client of its
own follows dlt's: five attempts, no limit.
"""

import importlib.util
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pyarrow as pa
import requests
from requests.adapters import HTTPAdapter

from connectors.sdk.contract import Calls, Limit, Option, Page, Slice, Source, Stream, column
from connectors.sdk.errors import CredentialError, Drift, Rejected, SourceError, Unavailable
from connectors.sdk.fields import lenient, read_day, read_instant
from connectors.sdk.http import TIMEOUT, Answer, fault_of_status
from connectors.sdk.option_values import usable_address
from connectors.sdk.trust import authorities

Resource = Callable[[Mapping[str, str], Slice, requests.Session], Any]
"""Makes, of the options' values, a slice and a session, a dlt resource, or a dlt source that has one of the stream's
name, or any iterable of dictionaries, lists of them or Arrow tables."""

PAGE_ROWS = 1_000


def dlt_source(
    *,
    name: str,
    title: str,
    resources: Sequence[tuple[Stream, Resource]],
    options: Sequence[Option] = (),
    zone: ZoneInfo = ZoneInfo("UTC"),  # noqa: B008 - one object, never changed
    per_second: float = 5,
    by_minute: bool = False,
    workers: int = 4,
    version: str = "1",
) -> Source:
    """A source whose streams are filled by dlt resources. Its days are in `zone`.

    `per_second` is how many requests the API allows, and `by_minute` says that its vendor counts by the minute;
    `workers` is how many slices are pulled in parallel. A source without options is always on.
    """
    by_stream = {stream.name: resource for stream, resource in resources}
    return Source(
        name=name,
        title=title,
        options=tuple(options),
        streams=tuple(stream for stream, _ in resources),
        limits=(Limit("requests", per_second, by_minute=by_minute),),
        open=lambda values, calls: DltConnection(name, by_stream, values, calls, zone),
        diagnose=diagnose,
        workers=workers,
        version=version,
    )


class DltConnection:
    """The resources of one source, and the session they share."""

    def __init__(
        self,
        name: str,
        resources: Mapping[str, Resource],
        values: Mapping[str, str],
        calls: Calls,
        zone: ZoneInfo,
        *,
        is_fitted: bool = False,
    ) -> None:
        """`is_fitted`: the resources give rows with the columns and types of their stream.

        Raises `Rejected` when dlt is not installed.
        """
        if importlib.util.find_spec("dlt") is None:
            raise Rejected(f"{name} needs dlt, which is not installed", "pip install dlt")
        os.environ["RUNTIME__DLTHUB_TELEMETRY"] = (
            "false"  # dlt reports what it does unless told not to
        )
        self._resources = resources
        self._values = values
        self._zone = zone
        self._is_fitted = is_fitted
        self._session = requests.Session()
        self._session.verify = authorities() or True
        self._session.max_redirects = 0  # the credential would be sent along
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, _Adapter(name, calls, pool_maxsize=16))

    @property
    def zone(self) -> ZoneInfo:
        return self._zone

    def pages(self, piece: Slice) -> Iterator[Page]:
        stream = piece.stream
        resource = self._resources[stream.name](self._values, piece, self._session)
        if hasattr(resource, "resources"):
            resource = resource.resources[stream.name]
        given = dictionaries(resource, stream.name)
        rows = given if self._is_fitted else (fitted(row, stream.schema) for row in given)
        while page := list(islice(rows, PAGE_ROWS)):
            yield Page(page)

    def close(self) -> None:
        self._session.close()


class _Adapter(HTTPAdapter):
    """Sends each request of a resource through `Calls`, after a check of its address."""

    def __init__(self, name: str, calls: Calls, **how: Any) -> None:
        super().__init__(**how)
        self._name = name
        self._calls = calls

    def send(self, request: requests.PreparedRequest, *args: Any, **how: Any) -> requests.Response:
        """The whole answer. Raises `SourceError` when the retries are used up."""
        parts = urlsplit(str(request.url))
        usable_address(f"{parts.scheme}://{parts.netloc}", f"the address of {self._name}")
        how["timeout"] = how.get("timeout") or TIMEOUT
        return self._calls("requests", lambda: self._sent(request, *args, **how))

    def _sent(self, request: requests.PreparedRequest, *args: Any, **how: Any) -> requests.Response:
        response = super().send(request, *args, **how)
        fault = fault_of(response)
        if fault and fault.retryable:
            raise fault
        return response


def dictionaries(items: Iterable[Any], stream: str) -> Iterator[Mapping[str, Any]]:
    """The rows of a resource, one by one. Raises `Drift` for an item without rows."""
    for item in items:
        if isinstance(item, Mapping):
            yield item
        elif isinstance(item, pa.Table | pa.RecordBatch):
            yield from item.to_pylist()
        elif isinstance(item, list):
            yield from dictionaries(item, stream)
        else:
            raise Drift(
                f"{stream} gave a {type(item).__name__} where a row was expected",
                "have the resource give dictionaries or Arrow tables",
            )


def fitted(row: Mapping[str, Any], schema: pa.Schema) -> dict[str, Any]:
    """The declared columns of a row, with moments, days and decimals in the declared type.

    A nullable column may be missing, as dlt's resources leave out empty ones.
    """
    return {
        field.name: converted(row.get(field.name), field.type)
        for field in schema
        if field.name in row or field.nullable
    }


def converted(value: Any, kind: pa.DataType) -> Any:
    """A moment, a day or a decimal from its text or number; anything else as it is, for the schema to refuse."""
    if pa.types.is_decimal(kind) and isinstance(value, str | float):
        return lenient(Decimal)(str(value))
    if isinstance(value, str) and pa.types.is_timestamp(kind):
        return lenient(read_instant)(value)
    return lenient(read_day)(value) if isinstance(value, str) and pa.types.is_date(kind) else value


def diagnose(error: Exception) -> SourceError | None:
    """What stopped a resource. dlt wraps the cause in its own exceptions, whose texts hold whole addresses."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, SourceError):
            return cause
        if isinstance(cause, requests.RequestException):
            return fault_of_request(cause)
        if type(cause).__name__ == "ConfigFieldMissingException":
            missing = ", ".join(getattr(cause, "traces", {}) or ["a setting"])
            return CredentialError(
                f"dlt finds no value for {missing}", "set it as dlt's documentation says"
            )
        cause = cause.__cause__
    if type(error).__module__.partition(".")[0] == "dlt":
        return Rejected(
            f"the dlt resource failed ({type(error.__cause__ or error).__name__})",
            "run it with dlt alone to see why",
        )
    return None


def fault_of_request(error: requests.RequestException) -> SourceError:
    """The fault of a request that failed, by its answer where there is one."""
    if error.response is not None and (fault := fault_of(error.response)):
        return fault
    return Unavailable(f"a request broke off ({type(error).__name__})")


def fault_of(response: requests.Response) -> SourceError | None:
    """The fault that the status of an answer means; None for a success."""
    request = f"{response.request.method} {urlsplit(str(response.request.url)).path}"
    answer = Answer(request, response.status_code, response.headers, response.content)
    return fault_of_status(answer)


KINDS: Mapping[str, pa.DataType] = {
    "text": pa.string(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "bool": pa.bool_(),
    "timestamp": pa.timestamp("us", "UTC"),
    "date": pa.date32(),
    "decimal": pa.decimal128(38, 9),
}
"""The stored type of each of dlt's column types."""


def stream_of(resource: Any, *, description: str, cursor: str = "", **more: Any) -> Stream:
    """The stream that a dlt resource declares by its hints: columns with a type, primary key, incremental cursor.

    `more` holds what dlt has no hint for (`restates_for`, `arrives_within`, `deletes`, …) and what replaces a hint.
    Raises ValueError where the hints are incomplete.
    """
    name = resource.name
    hints = resource.compute_table_schema()["columns"].values()
    untyped = [x["name"] for x in hints if x.get("data_type") not in KINDS]
    if untyped:
        raise ValueError(
            f"{name}: say of {', '.join(untyped)} which type it has: {', '.join(KINDS)}"
        )
    # dlt knows a cursor that is the default of an argument only once the resource runs
    incremental = getattr(resource.incremental, "incremental", None) or resource.incremental
    cursor = cursor or str(getattr(incremental, "cursor_path", ""))
    key = tuple(x["name"] for x in hints if x.get("primary_key"))
    if not key or cursor not in {x["name"] for x in hints}:
        raise ValueError(
            f"{name}: declare columns, primary_key, and an incremental cursor among them"
        )
    never_null = {*key, cursor}
    columns = [
        column(
            x["name"],
            KINDS[x["data_type"]],
            x.get("description", ""),
            null=x["name"] not in never_null and x.get("nullable", True),
        )
        for x in hints
    ]
    given = {"name": name, "schema": pa.schema(columns), "key": key, "cursor": cursor}
    return Stream(**(given | {"description": description} | more))
