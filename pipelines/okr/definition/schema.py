"""The JSON Schema of a definition file, so that editors complete and check it."""

from typing import Any

from pipelines.okr.definition.definitions import Objective


def json_schema() -> dict[str, Any]:
    """The schema, generated from the models: what it accepts is what they accept in form."""
    schema = Objective.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "An objective and its key results"
    return schema
