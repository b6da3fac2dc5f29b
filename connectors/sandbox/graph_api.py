"""What Facebook's pages and advertising accounts answer alike in the sample company's Graph API."""

from collections.abc import Mapping
from typing import Any

from connectors.sandbox.http_server import Reply

VERSION = "v25.0"
USAGE = {"X-App-Usage": '{"call_count":28,"total_cputime":25,"total_time":31}'}
"""In percent of what the app may use in an hour: a header of an answer."""


def error(
    status: int,
    code: int,
    message: str,
    kind: str = "GraphMethodException",
    *,
    subcode: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """An error in the Graph API's shape."""
    found: dict[str, Any] = {"message": message, "type": kind, "code": code}
    if subcode is not None:
        found["error_subcode"] = subcode
    return Reply(status, {"error": found | {"fbtrace_id": "Asample"}}, headers or {})
