"""Google's discovery documents, as its package google-api-python-client ships them, in the form of OpenAPI.

A document describes the calls of an API over REST. A message that is sent over gRPC has the same shape in JSON.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import parse_qsl

from google.protobuf.json_format import MessageToDict

from connectors.sandbox.http_server import Reply, Request
from tests.oracles.openapi import OpenApi
from tests.oracles.traffic import Called, Exchange

ERROR: Mapping[str, Any] = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "status"],
            "properties": {
                "code": {"type": "integer"},
                "message": {"type": "string"},
                "status": {"type": "string", "pattern": "^[A-Z_]+$"},
                "details": {"type": "array"},
            },
        }
    },
}
"""An error of any of Google's APIs (google.aip.dev/193); the documents have none."""


@cache
def document(name: str) -> Mapping[str, Any]:
    """A discovery document. Raises FileNotFoundError where the package has it no more."""
    folder = resources.files("googleapiclient.discovery_cache") / "documents"
    description: Mapping[str, Any] = json.loads((folder / f"{name}.json").read_text())
    return description


@cache
def read(name: str) -> OpenApi:
    """A document as OpenAPI."""
    description = document(name)
    paths: dict[str, dict[str, Any]] = {}
    for method in methods(description):
        shared = description["parameters"]
        operation = {
            "parameters": [
                {"name": name, "in": given["location"], "schema": parameter(given)}
                for name, given in {**shared, **method.get("parameters", {})}.items()
            ],
            "responses": {"200": body(method["response"]), "default": body(ERROR)},
        }
        if "request" in method:
            operation["requestBody"] = body(method["request"])
        path = "/" + method.get("flatPath", method["path"])
        paths.setdefault(path, {})[method["httpMethod"].lower()] = operation
    schemas = {name: schema(part) for name, part in description["schemas"].items()}
    return OpenApi({"paths": paths, "components": {"schemas": schemas}})


def methods(part: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The calls of a document, or of a resource in it, that are answered with JSON."""
    yield from (method for method in part.get("methods", {}).values() if "response" in method)
    for resource in part.get("resources", {}).values():
        yield from methods(resource)


def body(part: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"content": {"application/json": {"schema": schema(part)}}}


def parameter(part: Mapping[str, Any]) -> Mapping[str, Any]:
    kind = schema({x: part[x] for x in ("type", "format", "enum", "pattern") if x in part})
    return {"type": "array", "items": kind} if part.get("repeated") else kind


def schema(part: Any) -> Any:
    """A schema, with its references in the form of OpenAPI."""
    if isinstance(part, list):
        return [schema(member) for member in part]
    if not isinstance(part, dict):
        return part
    if isinstance(part.get("$ref"), str):
        return {"$ref": f"#/components/schemas/{part['$ref']}"}
    translated = {
        name: {key: schema(value) for key, value in member.items()}
        if name == "properties"
        else schema(member)
        for name, member in part.items()
        if name not in {"description", "enumDescriptions", "id", "annotations"}
    }
    if translated.get("type") == "any":
        del translated["type"]
    return translated


def exchange_of(call: Called, path: str) -> Exchange:
    """A call over gRPC as the one over REST that it stands for."""
    sent, given = (
        json.dumps(MessageToDict(type(message).pb(message))).encode()
        for message in (call.request, call.answer)
    )
    return Exchange(Request("POST", path, (), {}, sent), Reply(200, given))


def with_enums_named(exchange: Exchange, kind: Any) -> Exchange:
    """An exchange of Google's own client, as the document has it: with the enumerations of the answer by name.

    The client asks for them as numbers (`$alt=json;enum-encoding=int`), by a system parameter that no document lists:
    cloud.google.com/apis/docs/system-parameters. `kind`: the message of the answer.
    """
    request = exchange.request
    assert request.params.get("$alt") == "json;enum-encoding=int"
    others = tuple(x for x in request.query if x[0] != "$alt")
    message = kind.from_json(json.dumps(exchange.answer))
    given = json.dumps(MessageToDict(kind.pb(message))).encode()
    return Exchange(replace(request, query=others), replace(exchange.reply, body=given))


def with_json_body(exchange: Exchange) -> Exchange:
    """An exchange whose request is a form, as OAuth has it, as the JSON of the same names that a document describes."""
    fields = parse_qsl(exchange.request.body.decode())
    named = {re.sub("_(.)", lambda x: x[1].upper(), name): value for name, value in fields}
    return replace(exchange, request=replace(exchange.request, body=json.dumps(named).encode()))


def unknown_fields(mask: str, kind: str, name: str) -> Iterator[str]:
    """The paths of a field mask that a schema of the document `name` has not."""
    schemas = document(name)["schemas"]
    for path in paths_of(mask):
        part: Mapping[str, Any] = schemas[kind]
        for step in path:
            while "$ref" in part or "items" in part:
                part = schemas[part["$ref"]] if "$ref" in part else part["items"]
            if step not in part.get("properties", {}):
                yield ".".join(path)
                break
            part = part["properties"][step]


def paths_of(mask: str) -> Iterator[tuple[str, ...]]:
    """The paths in a field mask such as `a,b(c,d.e)`."""
    stack: list[tuple[str, ...]] = [()]
    path: tuple[str, ...] = ()
    for token in re.findall(r"\w+|[(),]", mask):
        if token == "(":
            stack.append(path)
        elif token in "),":
            if path != stack[-1]:
                yield path
            path = stack[-1]
            if token == ")":
                stack.pop()
                path = stack[-1]
        else:
            path = (*path, token)
    if path:
        yield path
