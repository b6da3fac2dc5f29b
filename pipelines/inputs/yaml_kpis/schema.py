"""The JSON Schema of `kpis/*.yml`, for editors."""

from typing import Any

from pydantic.json_schema import models_json_schema

from pipelines.inputs.yaml_kpis.forms import FORMS
from pipelines.okr.definition.kpi_declaration import NAME

INNER = "dimensions by expression"
"""What the form of a stream's KPI keeps `dimensions` in where they have SQL; nobody writes it."""


def json_schema() -> dict[str, Any]:
    """The schema of one file. Only the way to the figures is required of an entry: `defaults` may have the rest."""
    _, content = models_json_schema([(form, "validation") for form in FORMS.values()])
    entries = content["$defs"]
    keys: dict[str, Any] = {}
    for way, form in FORMS.items():
        entry = entries[form.__name__]
        properties = entry["properties"]
        if properties.pop(INNER, None):
            by_name = {"type": "object", "additionalProperties": {"type": "string"}}
            properties["dimensions"] = {"anyOf": [properties["dimensions"], by_name]}
        entry["required"] = [way]
        keys |= properties
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "KPIs",
        "type": "object",
        "properties": {
            "defaults": {"type": "object", "properties": keys, "additionalProperties": False}
        },
        "patternProperties": {
            f"^(?!defaults$){NAME}$": {
                "oneOf": [{"$ref": f"#/$defs/{form.__name__}"} for form in FORMS.values()]
            }
        },
        "additionalProperties": False,
        "$defs": entries,
    }
