"""What declared streams have in common, whatever the system: columns in words, and how rows come, change and go.

    orders:
      key: id                      # or [shop, id]
      cursor: updated_at           # or one of append, whole, snapshot: see RowsForm
      columns: {id: integer, net: {type: decimal, unit: EUR}, updated_at: timestamp}

In `sources.yml` every value arrives as a text.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from difflib import get_close_matches
from typing import Annotated, Any, Literal, Self

import pyarrow as pa
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from connectors.sdk.contract import Deletes, Stream, column
from connectors.sdk.declaring import StreamForm
from connectors.sdk.errors import Rejected

COLUMN_TYPES: Mapping[str, pa.DataType] = {
    "integer": pa.int64(),
    "decimal": pa.decimal128(38, 9),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", "UTC"),
    "text": pa.string(),
    "json": pa.string(),
}
"""The stored type of each type in words. `decimal` is exact, `number` is a float, `json` is kept as its text."""
TypeInWords = Literal[
    "integer", "decimal", "number", "boolean", "date", "timestamp", "text", "json"
]

TAKEN_ON = "taken_on"
"""The column that a snapshot gets: the day whose state it is."""
OWN_COLUMNS = frozenset({"account"})
"""Columns that Okra adds to every stream where it is read."""
COLUMN_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
RESTATED_FOR = timedelta(days=1)
"""How long the days of a declared stream are pulled again where the declaration says nothing."""
ALL_WINDOWS = 36_600
"""Windows of a stream that is read whole: a hundred years of days are one slice, so that it is read once."""


def refusal(what: str, remedy: str, *, key: str = "") -> PydanticCustomError:
    """What a form's validator raises: both halves survive up to the fault that is shown with its line.

    `key`: the key that is wrong, where a validator looks at several of them.
    """
    context = {"what": what, "remedy": remedy, "key": key}
    return PydanticCustomError("okr", "{what}; {remedy}", context)


def meant(written: str, known: Collection[str], otherwise: str = "") -> str:
    """`did you mean ...?` where something known is close, else what to do, or what there is."""
    close = get_close_matches(written, sorted(known), n=1)
    if close:
        return f"did you mean `{close[0]}`?"
    return otherwise or f"there are {', '.join(sorted(known)) or 'none'}"


def repeated(names: Sequence[str]) -> list[str]:
    """The names that stand more than once, in their order by letters."""
    return sorted(name for name, count in Counter(names).items() if count > 1)


NamesByColumn = str | tuple[str, ...] | Mapping[str, str]
"""What can be written where a column's name follows from another: one name, a list, or a mapping of both."""


def as_list(written: Any) -> Any:
    """A single name as a list of one."""
    return (written,) if isinstance(written, str) else written


def column_names(written: Any) -> Any:
    """Refuse columns whose names cannot be had in SQL without quotes, or that Okra adds by itself."""
    for name in written if isinstance(written, Mapping) else ():
        if name in OWN_COLUMNS:
            raise refusal(
                f"`{name}` is a column that Okra adds itself", "call yours by another name"
            )
        if not COLUMN_NAME.fullmatch(str(name)):
            raise refusal(
                f"`{name}` is no name of a column",
                "use small letters, digits and underscores, and begin with a letter",
            )
    return written


Names = Annotated[
    tuple[str, ...], BeforeValidator(as_list, json_schema_input_type=str | tuple[str, ...])
]
"""A name, or a list of names."""


def _or_its_type(schema: dict[str, Any]) -> None:
    """Let the JSON Schema of a column take the short form too."""
    in_full = dict(schema)
    schema.clear()
    schema |= {"anyOf": [in_full["properties"]["type"], in_full]}


class ColumnForm(BaseModel):
    """One column. `net: decimal` is short for `net: {type: decimal}`."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra=_or_its_type)

    type: TypeInWords = Field(examples=["decimal"])
    description: str = Field("", examples=["What the buyer pays, without tax"])
    unit: str = Field("", examples=["EUR"])
    values: Names = Field((), examples=["[placed, paid]"])
    """The only values it can have. A row with another one is set aside."""

    @model_validator(mode="before")
    @classmethod
    def from_short_form(cls, written: Any) -> Any:
        """`decimal` as `{type: decimal}`."""
        return {"type": written} if isinstance(written, str) else written

    def field(self, name: str, *, null: bool = True) -> pa.Field:
        """The column as it is stored."""
        return column(
            name,
            COLUMN_TYPES[self.type],
            self.description or name.replace("_", " "),
            unit=self.unit,
            null=null,
            values=self.values,
        )


class RowsForm(StreamForm):
    """The keys that say how rows come, change and go. One of `cursor`, `append`, `whole` and `snapshot` is needed."""

    key: Names = Field(examples=["id"])
    """The columns that identify a row."""
    cursor: str = Field("", examples=["updated_at"])
    """The column that moves when a row changes: changes are pulled by it, and the newest version counts."""
    append: str = Field("", examples=["created_at"])
    """The column that places a row in its day for good: rows are added, and do not change after `restates_days`."""
    whole: str = Field("", examples=["ordered_at"])
    """The column that places a row in its day, of a stream that each run reads whole: late changes and deletions are
    seen, whatever the row says of itself."""
    snapshot: bool = Field(False, examples=[True])
    """Each run keeps the present state, under the day in the column `taken_on`."""
    gone: str = Field("", examples=["deleted_at"])
    """With `cursor`: the column with the moment when the source deleted the row, null while it is there."""
    restates_days: int | None = Field(None, ge=0, le=1095, examples=[3])
    """With `cursor` or `append`: for how many days after its end a day is pulled again."""

    @model_validator(mode="after")
    def has_one_kind(self) -> Self:
        """Refuse a declaration of which it is unclear how its rows come."""
        kinds = [x for x in ("cursor", "append", "whole", "snapshot") if getattr(self, x)]
        if len(kinds) != 1:
            what = (
                f"both {' and '.join(f'`{x}`' for x in kinds)}"
                if kinds
                else "no word on how rows change"
            )
            raise refusal(
                what,
                "write one of `cursor: updated_at` (rows change), `append: created_at` (rows are only added), "
                "`whole: ordered_at` (all is read by each run) and `snapshot: true` (the present state)",
                key=kinds[-1] if kinds else "",
            )
        if not self.key:
            raise refusal("`key` names no column", "name those that identify a row", key="key")
        if self.gone and not self.cursor:
            raise refusal(
                f"`gone` with `{kinds[0]}`",
                "leave it out: it is of streams with `cursor`, and the others see deletions themselves",
                key="gone",
            )
        if self.restates_days is not None and kinds[0] in ("whole", "snapshot"):
            raise refusal(
                f"`restates_days` with `{kinds[0]}`",
                "leave it out: the stream is read whole by each run",
                key="restates_days",
            )
        return self

    @property
    def placed_by(self) -> str:
        """The column that places a row in its window."""
        return self.cursor or self.append or self.whole or TAKEN_ON

    @property
    def never_null(self) -> frozenset[str]:
        """The columns without which a row means nothing."""
        return frozenset({*self.key, self.placed_by})


class ColumnsForm(RowsForm):
    """A stream whose declaration says its columns."""

    columns: Annotated[Mapping[str, ColumnForm], BeforeValidator(column_names)] = Field(
        min_length=1, examples=["{id: integer, net: decimal, updated_at: timestamp}"]
    )

    @model_validator(mode="after")
    def names_its_columns(self) -> Self:
        """Refuse keys that name a column which is not there, or of a type that it cannot be."""
        types = {name: COLUMN_TYPES[declared.type] for name, declared in self.columns.items()}
        if wrong := fault_in(self, types):
            key, what, remedy = wrong
            raise refusal(what, remedy, key=key)
        return self

    @property
    def schema(self) -> pa.Schema:
        """The declared columns."""
        needed = self.never_null
        return pa.schema(
            [
                declared.field(name, null=name not in needed)
                for name, declared in self.columns.items()
            ]
        )


def fault_in(form: RowsForm, types: Mapping[str, pa.DataType]) -> tuple[str, str, str] | None:
    """The key that does not suit the columns, what is wrong and what would be right; None where all do.

    `types`: the stored type of each column.
    """
    if form.snapshot and TAKEN_ON in types:
        return "columns", f"`{TAKEN_ON}` is the column that Okra adds itself", "rename yours"
    named = [("key", name) for name in form.key]
    named += [(key, getattr(form, key)) for key in ("cursor", "append", "whole", "gone")]
    for key, name in named:
        if name and name not in types:
            return key, f"`{key}: {name}` is none of the columns", meant(name, types)
        kind = types.get(name)
        if key != "key" and kind and not (pa.types.is_timestamp(kind) or pa.types.is_date(kind)):
            remedy = "name a column that is a timestamp or a date"
            return key, f"`{key}: {name}` is neither a moment nor a day", remedy
        if key == "key" and kind and pa.types.is_floating(kind):
            remedy = "name one that is an integer, a text or a decimal"
            return key, f"`key: {name}` is a number with a fraction", remedy
    return None


def stream_of(
    name: str, form: RowsForm, columns: pa.Schema | Sequence[pa.Field], **more: Any
) -> Stream:
    """The stream that `form` declares, with these columns. `more` replaces what is set here (`arrives_within`, …).

    Raises `Rejected` where the form names a column that is not there.
    """
    fields = list(columns)
    if wrong := fault_in(form, {field.name: field.type for field in fields}):
        _, what, remedy = wrong
        raise Rejected(f"stream {name}: {what}", remedy)
    if form.snapshot:
        fields = [column(TAKEN_ON, pa.date32(), "Day whose state this is"), *fields]
    needed = form.never_null
    restated = RESTATED_FOR if form.restates_days is None else timedelta(days=form.restates_days)
    given: dict[str, Any] = {
        "name": name,
        "description": form.description or name.replace("_", " ").capitalize(),
        "schema": pa.schema([f.with_nullable(f.nullable and f.name not in needed) for f in fields]),
        "key": form.key,
        "cursor": form.placed_by,
        # a row is visible some time after the moment that it names, as the writing transaction is still open
        "arrives_within": timedelta(0) if form.snapshot else timedelta(minutes=5),
    }
    if form.cursor:
        given |= {
            "mutable": True,
            "deletes": Deletes.STATUS if form.gone else Deletes.NEVER,
            "gone": form.gone,
            "restates_for": restated,
        }
    elif form.append:
        given |= {"restates_for": restated}
    elif form.whole:
        given |= {"reread": True, "windows_per_slice": ALL_WINDOWS}
    else:
        given |= {"snapshot": True}
    return Stream(**(given | more))


def version_of(declared: Any) -> str:
    """Of what is declared of rows, as JSON has it: with another one, committed windows count as missing."""
    text = json.dumps(declared, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
