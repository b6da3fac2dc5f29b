"""The JSON Schema of `sources.yml`, for editors: the keys of every connector, and of the streams it can declare."""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, models_json_schema
from pydantic_core.core_schema import StringSchema

from connectors.sdk import catalog
from pipelines.settings.instance_form import form_of, keys_of
from pipelines.settings.sources_file import NAME


class WrittenInYaml(GenerateJsonSchema):
    """The schema of what is written: `limit: 100` is a number to an editor, and a text to Okra."""

    def str_schema(self, schema: StringSchema) -> dict[str, Any]:
        """A text, which may be written as a number or as true and false."""
        return {**super().str_schema(schema), "type": ["string", "number", "boolean"]}


def json_schema() -> dict[str, Any]:
    """The schema of the file. A source that is not called as its connector has to name it."""
    connectors = catalog.sources()
    instances = {name: form_of(name, tuple(keys_of(x).items())) for name, x in connectors.items()}
    streams = {name: x.declarable.form for name, x in connectors.items() if x.declarable}
    references, content = models_json_schema(
        [(form, "validation") for form in (*instances.values(), *streams.values())],
        schema_generator=WrittenInYaml,
    )
    definitions = content["$defs"]
    for name, instance in instances.items():
        properties = definitions[instance.__name__]["properties"]
        properties["connector"] = {"const": name}
        if name in streams:
            properties["streams"] = {
                "type": "object",
                "patternProperties": {f"^{NAME}$": references[streams[name], "validation"]},
                "additionalProperties": False,
            }
        else:
            del properties["streams"]
    called = "|".join(connectors)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Sources",
        "type": "object",
        "patternProperties": {
            **{
                f"^{name}(@{NAME})?$": {"anyOf": [references[form, "validation"], {"type": "null"}]}
                for name, form in instances.items()
            },
            f"^(?!({called})(@|$)){NAME}(@{NAME})?$": {
                "required": ["connector"],
                "oneOf": [references[form, "validation"] for form in instances.values()],
            },
        },
        "additionalProperties": False,
        "$defs": definitions,
    }
