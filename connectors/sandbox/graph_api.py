"""The Graph API as far as the sample company's page and advertising account share it."""

from collections.abc import Mapping
from typing import Any

from connectors.sandbox.http_server import Reply, Request

VERSION = "v25.0"
USAGE = {"X-App-Usage": '{"call_count":28,"total_cputime":25,"total_time":31}'}
"""The header with the percentages used of the app's hourly limits."""


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
    body: dict[str, Any] = {"message": message, "type": kind, "code": code}
    if subcode is not None:
        body["error_subcode"] = subcode
    return Reply(status, {"error": body | {"fbtrace_id": "Asample"}}, headers or {})


def unauthorized(request: Request, token: str) -> Reply | None:
    """The refusal of a request without `token`; None when it has it."""
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if given == token:
        return None
    return error(401, 190, f"Malformed access token {given}", "OAuthException")


def fields_of(node: Mapping[str, Any], names: str, kind: str) -> Reply:
    """The named fields of a node, and its id."""
    fields = [name for name in names.split(",") if name]
    for name in fields:
        if name not in node:
            message = f"(#100) Tried accessing nonexisting field ({name}) on node type ({kind})"
            return error(400, 100, message)
    return Reply(200, {name: node[name] for name in dict.fromkeys([*fields, "id"])}, USAGE)
