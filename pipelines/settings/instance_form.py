"""The keys of one instance in `sources.yml`, made from the options of its connector, and what their values may be.

url: {env: SHOP_URL}          # a secret is taken from a variable or a file, and is never written out
timezone: Europe/Berlin
requests_per_second: 5
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, create_model

from connectors.sdk.contract import Option, Source
from connectors.sdk.source_settings import by_minute, days_name, rate_name
from pipelines.okr.definition.field_types import refusal

OF_INSTALLATION = frozenset(
    {
        "OKRA_SHEET_KPIS",
        "OKRA_TIMEZONE",
        "OKRA_FISCAL_YEAR_START",
        "OKRA_FISCAL_YEAR_NAMED_BY",
        "OKRA_FISCAL_CALENDAR",
        "OKRA_FISCAL_WEEK_START",
        "OKRA_FISCAL_LAST_WEEK",
        "OKRA_START_DATE",
    }
)
"""Settings of Okra's that a connector reads too: they are not those of one instance."""
FIGURES = ("restates_days", "requests_per_second", "requests_per_minute")
"""The keys that every source has. Their values may differ by stream, or by kind of request."""
TAKEN_FROM = ("env", "file")
"""The keys that say where a value is taken from."""
REMEDY_OF_SECRETS = "write {env: NAME} and set NAME in .env or the environment, or {file: path}"
_SECRET = re.compile("token$|secret|passw|api_?key|credential|private_key", re.IGNORECASE)
_VARIABLE = re.compile("[A-Z_][A-Z0-9_]*")


@dataclass(frozen=True)
class Value:
    """A value as it is written: a text, the name of an environment variable, the path of a file, or a mapping."""

    text: str = ""
    env: str = ""
    file: str = ""
    mapping: Mapping[str, object] | None = None
    """Its values are texts, lists, mappings, `{env: NAME}` and `{file: path}`."""


class InstanceForm(BaseModel):
    """The keys that an instance of any connector has. Those of its options are added (`form_of`)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    connector: str = Field(
        "", description="The connector, where the name is not one", examples=["sql_database"]
    )
    streams: dict[str, Any] = Field({}, description="The declared streams, by name")


@lru_cache(maxsize=64)
def form_of(connector: str, keys: tuple[tuple[str, Option], ...]) -> type[InstanceForm]:
    """The form of an instance of this connector. `keys`: see `keys_of`."""
    fields: dict[str, Any] = {}
    for key, option in keys:
        kind = kind_of(key, option)
        example = f"{{env: {option.name}}}" if option.secret else option.default or "..."
        fields[f"option_{key}"] = (
            kind | None,
            Field(None, alias=key, description=option.description, examples=[example]),
        )
    return create_model(f"{connector}_instance", __base__=InstanceForm, **fields)


def kind_of(key: str, option: Option) -> Any:
    """The type of a key's value."""
    if key in FIGURES:
        return Figures
    if option.is_mapping:
        written_as = option.form or dict[str, Any]
        return Annotated[Value, BeforeValidator(_mapped, json_schema_input_type=written_as)]
    return Secret if option.secret and not option.may_be_written else Plain


def keys_of(source: Source) -> Mapping[str, Option]:
    """The option of each key that an instance of `source` can have.

    A setting of the whole installation, such as OKRA_TIMEZONE, is none.
    """
    keys = {
        option.key(source.connector): option
        for option in source.options
        if option.name not in OF_INSTALLATION
    }
    unit = "minute" if by_minute(source) else "second"
    return keys | {
        "restates_days": Option(
            days_name(source), "Days for which a day that is over may still change"
        ),
        f"requests_per_{unit}": Option(
            rate_name(source), f"Requests that are sent in a {unit} at most"
        ),
    }


def keys_in(form: type[BaseModel]) -> list[str]:
    """The keys that a form has."""
    return [field.alias or name for name, field in form.model_fields.items()]


def _plain(written: object) -> Value:
    if isinstance(written, dict):
        return taken_from(written)
    if isinstance(written, str):
        return Value(text=written)
    raise refusal("a list is no value here", "write one value")


def _secret(written: object) -> Value:
    if isinstance(written, dict):
        return taken_from(written)
    raise refusal("a secret is not written here", REMEDY_OF_SECRETS)


def _mapped(written: object) -> Value:
    if not isinstance(written, dict):
        raise refusal("not a mapping", "write its keys below it, as `key: value`")
    refuse_secrets(written)
    return Value(mapping=written)


def _figures(written: object) -> Value:
    if isinstance(written, str):
        return Value(text=written)
    if isinstance(written, dict) and all(isinstance(x, str) for x in written.values()):
        return Value(text=",".join(f"{name}:{figure}" for name, figure in written.items()))
    raise refusal("not a number", "write a number, or one for each name such as {deals: 1}")


def refuse_secrets(written: Mapping[str, object]) -> None:
    """Refuse a text where the key says that it is a secret, at any depth."""
    for key, value in written.items():
        if isinstance(value, dict):
            refuse_secrets(value)
        elif isinstance(value, str) and _SECRET.search(str(key)):
            raise refusal(f"the secret `{key}` is not written here", REMEDY_OF_SECRETS)


def is_taken(written: object) -> bool:
    """Whether a value is `{env: NAME}` or `{file: path}`."""
    return isinstance(written, dict) and len(written) == 1 and next(iter(written)) in TAKEN_FROM


def taken_from(written: Mapping[str, object]) -> Value:
    [key, place] = next(iter(written.items())) if len(written) == 1 else ("", None)
    if key not in TAKEN_FROM or not isinstance(place, str):
        raise refusal("a value is a text, {env: NAME} or {file: path}", "write one of them")
    if key == "file":
        return Value(file=place)
    if not _VARIABLE.fullmatch(place):
        # it may be the secret itself
        raise refusal(
            "what is written after env is no name of a variable",
            "write capitals, digits and underscores, such as {env: SHOP_URL}",
        )
    return Value(env=place)


_VALUE_SCHEMA = {
    "anyOf": [
        {"type": ["string", "number"]},
        {"type": "object", "properties": {"env": {"type": "string"}}, "required": ["env"]},
        {"type": "object", "properties": {"file": {"type": "string"}}, "required": ["file"]},
    ]
}
Plain = Annotated[Value, BeforeValidator(_plain), WithJsonSchema(_VALUE_SCHEMA)]
Secret = Annotated[
    Value, BeforeValidator(_secret), WithJsonSchema({"anyOf": _VALUE_SCHEMA["anyOf"][1:]})
]
Figures = Annotated[
    Value, BeforeValidator(_figures), WithJsonSchema({"type": ["string", "number", "object"]})
]
