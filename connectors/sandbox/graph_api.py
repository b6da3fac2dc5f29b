"""The Graph API as far as the sample company's page and advertising account share it."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from connectors.sandbox.http_server import Reply, Request

VERSION = "v25.0"
APP_SECRET = "5f1d0c37a9b24e6f8c11d2e3f4a5b6c7"  # noqa: S105 (of an app that does not exist)
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


def unauthorized(request: Request, token: str, *, requires_proof: bool = False) -> Reply | None:
    """The refusal of a request without `token`, or with a wrong proof of the app's secret; None when all is well.

    `requires_proof`: whether the app refuses requests without a proof.
    """
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if given != token:
        return error(401, 190, f"Malformed access token {given}", "OAuthException")
    sent = request.params | dict(parse_qsl(request.body.decode()))
    proof = sent.get("appsecret_proof")
    if proof is None and requires_proof:
        return error(400, 100, "API calls from the server require an appsecret_proof argument")
    right = hmac.new(APP_SECRET.encode(), token.encode(), hashlib.sha256).hexdigest()
    if proof not in {None, right}:
        return error(400, 100, "Invalid appsecret_proof provided in the API argument")
    return None


def fields_of(node: Mapping[str, Any], names: str, kind: str) -> Reply:
    """The named fields of a node, and its id."""
    fields = [name for name in names.split(",") if name]
    for name in fields:
        if name not in node:
            message = f"(#100) Tried accessing nonexisting field ({name}) on node type ({kind})"
            return error(400, 100, message)
    return Reply(200, {name: node[name] for name in dict.fromkeys([*fields, "id"])}, USAGE)
