"""An OpenAPI 3.0 document as a judge of requests and answers.

Stricter than the document: a property or parameter that it does not name is a fault. OpenAPI says `nullable` where
JSON Schema says null.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import unquote

import orjson
from jsonschema import Draft202012Validator, FormatChecker

from tests.oracles.traffic import Exchange

FORMATS = FormatChecker(formats=())


@FORMATS.checks("date-time", raises=ValueError)
def is_moment(value: object) -> bool:
    """Whether a text is a moment with its zone."""
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


class OpenApi:
    """The operations of one document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._components = strict(document["components"])
        self._paths = {
            re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))): operations
            for path, operations in document["paths"].items()
        }

    def operation(self, exchange: Exchange) -> Mapping[str, Any] | None:
        """What the document says of a call; None where it does not know it."""
        request = exchange.request
        for path, operations in self._paths.items():
            if path.fullmatch(unquote(request.path)):
                operation = operations.get(request.method.lower())
                shared = operations.get("parameters", [])
                return operation and {
                    **operation,
                    "parameters": [*shared, *operation.get("parameters", [])],
                }
        return None

    def scopes(self, exchange: Exchange) -> set[str]:
        """The scopes of which any one is enough for a call."""
        operation = self.operation(exchange) or {}
        return {
            name
            for way in operation.get("security", ())
            for scopes in way.values()
            for name in scopes
        }

    def violations(self, exchange: Exchange) -> Iterator[str]:
        """What the document says against a request and its reply."""
        operation = self.operation(exchange)
        if operation is None:
            yield f"{exchange.call}: the document has no such call"
            return
        yield from self._parameters(exchange, operation)
        if "requestBody" in operation:
            schema = content_of(operation["requestBody"])
            sent = orjson.loads(exchange.request.body or b"null")
            yield from self._faults(sent, schema, f"{exchange.call}: body")
        # a batch of which a part failed is answered with 207, in the shape of its 200
        reply = operation["responses"].get("200" if exchange.reply.status < 400 else "default")
        if reply:  # not every document says what a refusal looks like
            content = content_of(self._resolved(reply))
            yield from self._faults(exchange.answer, content, f"{exchange.call}: answer")

    def _parameters(self, exchange: Exchange, operation: Mapping[str, Any]) -> Iterator[str]:
        known = map(self._resolved, operation["parameters"])
        declared = {part["name"]: part for x in known if x["in"] == "query" for part in parts_of(x)}
        for name, text in exchange.request.query:
            if name not in declared:
                yield f"{exchange.call}: the parameter {name} is not in the document"
                continue
            schema = declared[name]["schema"]
            yield from self._faults(read(text, schema), schema, f"{exchange.call}?{name}")
        given = {name for name, _ in exchange.request.query}
        for name, parameter in declared.items():
            if parameter.get("required") and name not in given:
                yield f"{exchange.call}: the parameter {name} is missing"

    def _resolved(self, part: Mapping[str, Any]) -> Mapping[str, Any]:
        """A parameter or an answer, or the one that it refers to."""
        if "$ref" not in part:
            return part
        _, _, kind, name = part["$ref"].split("/")
        referred: Mapping[str, Any] = self._components[kind][name]
        return referred

    def _faults(self, value: Any, schema: Mapping[str, Any], place: str) -> Iterator[str]:
        whole = {**strict(schema), "components": self._components}
        for fault in Draft202012Validator(whole, format_checker=FORMATS).iter_errors(value):
            path = re.sub(r"\[\d+\]", "[]", fault.json_path.removeprefix("$"))
            yield f"{place}{path}: {fault.message[:150]}"


def corrected(
    document: Mapping[str, Any], corrections: Mapping[str, Mapping[str, Any]]
) -> Mapping[str, Any]:
    """The document with other members of some schemas; properties are added to those that there are."""
    schemas = dict(document["components"]["schemas"])
    for name, members in corrections.items():
        properties = schemas[name].get("properties", {}) | members.get("properties", {})
        schemas[name] = {**schemas[name], **members, "properties": properties}
    return {**document, "components": {**document["components"], "schemas": schemas}}


def parts_of(parameter: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A parameter, and of an object its members as they are sent: `page[size]`."""
    yield parameter
    if parameter.get("style") == "deepObject":
        for kind in parameter["schema"].get("oneOf", [parameter["schema"]]):
            for name, schema in kind.get("properties", {}).items():
                yield {"name": f"{parameter['name']}[{name}]", "schema": schema}


def content_of(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema of a body. An answer with any media type counts as JSON."""
    (media,) = part["content"].values()
    schema: Mapping[str, Any] = media["schema"]
    return schema


def read(text: str, schema: Mapping[str, Any]) -> Any:
    """A parameter's text as its type; as it is where it cannot be read."""
    kind = schema.get("type")
    if kind == "integer" and re.fullmatch(r"-?\d+", text):
        return int(text)
    if kind == "boolean":
        return {"true": True, "false": False}.get(text, text)
    return text.split(",") if kind == "array" else text


def strict(part: Any) -> Any:
    """The same with null allowed where it is, and no property allowed that is not there."""
    if isinstance(part, list):
        return [strict(member) for member in part]
    if not isinstance(part, dict):
        return part
    schema = {name: strict(value) for name, value in part.items() if name != "example"}
    if schema.get("nullable") is True:
        schema["type"] = [schema["type"], "null"]
    if schema.get("type") == "object" and "properties" in schema:
        schema.setdefault("additionalProperties", False)
    return schema
