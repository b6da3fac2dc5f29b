"""Objects of HubSpot that `sources.yml` declares, with the properties that are wanted of them.

    tickets:
      object: tickets            # contacts, companies, deals, products, line_items, ..., or a custom object: 2-123
      properties: {stage: hs_pipeline_stage, opened_at: createdate, hours: hours_spent}

HubSpot says which type a property has.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

import pyarrow as pa
from pydantic import BeforeValidator, Field

from connectors.hubspot.streams import ARCHIVED_AT, CHANGED_AT, MERGED_INTO, MOMENT
from connectors.sdk.contract import Deletes, Stream, StreamForm, column
from connectors.sdk.errors import Rejected
from connectors.sdk.stream_forms import (
    COLUMN_TYPES,
    NamesByColumn,
    as_list,
    column_names,
    meant,
    refusal,
    repeated,
    version_of,
)

OBJECT = re.compile(r"[a-z][a-z0-9_]*|[0-9]-[0-9]+|p[0-9]+_[a-z0-9_]+")
"""An object by its name, by its id as of a custom one, or by its fully qualified name."""
PROPERTY = re.compile(r"[a-z0-9_]{1,100}")
OWN_COLUMNS = (
    column("id", pa.string(), "HubSpot's id of the record"),
    column("created_at", MOMENT, "When the record was made; null once it was merged", null=True),
    MERGED_INTO,
    ARCHIVED_AT,
    CHANGED_AT,
)
"""What every object has besides its properties."""
TYPES = {"number": "decimal", "bool": "boolean", "date": "date", "datetime": "timestamp"}
"""By HubSpot's type of a property; all others are texts: string, enumeration, phone_number, json, …"""


def one_object(written: Any) -> Any:
    """Refuse what cannot be an object of HubSpot's."""
    if not isinstance(written, str) or not OBJECT.fullmatch(written):
        raise refusal(
            f"`object: {written}` is no object of HubSpot",
            "write tickets, companies, contacts, line_items, or the id of a custom object such as 2-123",
        )
    return written


def by_column(written: Any) -> Any:
    """The properties by the columns that they are stored in, from a list or a mapping."""
    names = as_list(written)
    if isinstance(names, list | tuple):
        names = {str(name): name for name in names}
    if isinstance(names, Mapping):
        for name in names.values():
            if not isinstance(name, str) or not PROPERTY.fullmatch(name):
                raise refusal(
                    f"`{name}` is no internal name of a property",
                    "take it from HubSpot's Settings > Properties: small letters, digits and underscores",
                )
        if named_twice := repeated([*names.values()]):
            raise refusal(f"the property `{named_twice[0]}` stands twice", "name it once")
        own = {field.name for field in OWN_COLUMNS}
        if taken := sorted(own & {*names}):
            raise refusal(
                f"`{taken[0]}` is a column that every object has",
                f"write another name, such as {{own_{taken[0]}: {names[taken[0]]}}}",
            )
    return column_names(names)


class ObjectForm(StreamForm):
    """The records of one object."""

    object: Annotated[str, BeforeValidator(one_object)] = Field(examples=["tickets"])
    properties: Annotated[
        Mapping[str, str], BeforeValidator(by_column, json_schema_input_type=NamesByColumn)
    ] = Field(min_length=1, examples=["{stage: hs_pipeline_stage, hours: hours_spent}"])
    """By the column. A list takes the columns from HubSpot's names. No personal data."""

    def columns_of(self, definitions: Mapping[str, Mapping[str, Any]]) -> pa.Schema:
        """The columns, by HubSpot's definitions of the object's properties.

        Raises `Rejected` for a property that there is not: HubSpot would leave it out without a word.
        """
        fields = []
        for name, property_ in self.properties.items():
            if property_ not in definitions:
                raise Rejected(
                    f"HubSpot's {self.object} have no property {property_!r}, or it holds sensitive data",
                    meant(
                        property_, definitions, "take its internal name from Settings > Properties"
                    ),
                )
            definition = definitions[property_]
            kind = COLUMN_TYPES[TYPES.get(str(definition.get("type")), "text")]
            fields.append(column(name, kind, str(definition.get("label") or property_), null=True))
        first, *others = OWN_COLUMNS
        return pa.schema([first, *fields, *others])


@dataclass(frozen=True)
class DeclaredObject:
    """An object that is pulled, the stream of its records, and the columns of its properties."""

    kind: str
    stream: Stream
    columns: Mapping[str, str]
    """By property."""


def declared_object(name: str, form: ObjectForm, schema: pa.Schema) -> DeclaredObject:
    """What is pulled for a declaration."""
    stream = Stream(
        name=name,
        description=form.description or f"HubSpot's {form.object}, as they stand",
        schema=schema,
        key=("id",),
        cursor="changed_at",
        mutable=True,
        deletes=Deletes.STATUS,
        gone="archived_at",
        arrives_within=timedelta(minutes=15),
        restates_for=timedelta(days=1),
        windows_per_slice=92,
        version=version_of([form.object, form.properties]),
    )
    return DeclaredObject(form.object, stream, {y: x for x, y in form.properties.items()})
