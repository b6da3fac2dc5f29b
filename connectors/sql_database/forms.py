"""What can be written of a stream that is a query or a table of a database, and the stream that comes of it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any, Self

import pyarrow as pa
from pydantic import BeforeValidator, Field, field_validator, model_validator

from connectors.sdk.contract import Stream, StreamForm, column
from connectors.sdk.errors import Rejected
from connectors.sdk.stream_forms import (
    COLUMN_TYPES,
    Names,
    NamesByColumn,
    RowsForm,
    TypeInWords,
    column_names,
    fault_in,
    meant,
    refusal,
    stream_of,
    version_of,
)
from connectors.sql_database.query_text import (
    calls,
    column_cut_short,
    fault_of,
    parameters,
    trimmed,
)

DAY = "day"
WINDOWS_PER_SLICE = 366
"""Days that one query covers: a query of a year costs a database about as much as one of a day without an index."""
RESTATED_FOR = timedelta(days=3)
"""How long the days of a query with `:from` and `:to` are asked for again: a warehouse whose load fails on a Friday is
mended on Monday."""
KINDS = ("cursor", "append", "whole", "snapshot")
OF_ROWS = ("description", "restates_days")
"""Keys that do not change what is stored of a window."""


def described(written: Any) -> Any:
    """A list of columns as columns without a description."""
    names = [written] if isinstance(written, str) else written
    # whatever is in the list: what is no name is refused as a column of that name
    return dict.fromkeys(map(str, names), "") if isinstance(names, list) else written


def folded(written: Any) -> Any:
    """Names of columns as they are stored: in lower case, whatever the database calls them."""
    if isinstance(written, str):
        return written.lower()
    if isinstance(written, Mapping):
        return {str(name).lower(): value for name, value in written.items()}
    return [folded(x) for x in written] if isinstance(written, list | tuple) else written


Described = Annotated[
    Mapping[str, str],
    BeforeValidator(
        lambda written: column_names(folded(described(written))),
        json_schema_input_type=NamesByColumn,
    ),
]
"""What columns mean, by their names. A list of names describes none."""


class SqlForm(RowsForm):
    """A query or a table of a database.

    The days of a query with `:from` and `:to` are asked for by these parameters. Any other says by one of `cursor`,
    `append`, `whole` and `snapshot` how its rows change.
    """

    query: str = Field("", examples=["select id, net, updated_at from orders"])
    """Any query that reads. It gives the columns that are stored."""
    table: str = Field("", examples=["orders"])
    """A table or view, with the `columns` that are stored."""
    schema_name: str = Field("", alias="schema", examples=["shop"])
    """The schema of `table`, where it is not that of the connection."""
    columns: Described = Field({}, examples=["{id: Names the order, net: Without tax}"])
    """Of a table, the columns that are stored; of a query, what its columns mean. A list does without descriptions."""
    types: Annotated[
        Mapping[str, TypeInWords], BeforeValidator(lambda written: column_names(folded(written)))
    ] = Field({}, examples=["{net: decimal}"])
    """The types of columns, where the database cannot say them or another one is wanted."""
    key: Names = Field((), examples=["id"])
    day: str = Field("", examples=[DAY])
    """With `:from` and `:to`: the column with the day of a row, `day` where nothing is said."""

    @field_validator("key", "cursor", "append", "whole", "gone", "day", mode="before")
    @classmethod
    def in_lower_case(cls, written: Any) -> Any:
        """Columns that a key names, by the names that they are stored under."""
        return folded(written)

    @model_validator(mode="after")
    def says_what_is_read(self) -> Self:
        """Refuse a declaration that is neither a query nor a table with its columns."""
        if bool(self.query.strip()) == bool(self.table):
            raise refusal(
                "both `query` and `table`" if self.table else "neither `query` nor `table`",
                "write one of `query: select ...` and `table: orders`",
                key="table" if self.table else "",
            )
        if self.table:
            self._check_table()
        elif self.schema_name:
            raise refusal(
                "`schema` with `query`", "write the schema in the query, as in shop.orders",
                key="schema",
            )  # fmt: skip
        elif wrong := fault_of(self.query):
            raise refusal(*wrong, key="query")
        return self

    def _check_table(self) -> None:
        if "." in self.table:
            schema, _, name = self.table.rpartition(".")
            raise refusal(
                f"`table: {self.table}` names a schema", f"write `schema: {schema}` and `table: {name}`",
                key="table",
            )  # fmt: skip
        if not self.columns:
            raise refusal(
                f"`table: {self.table}` without `columns`",
                "list the columns that are needed: only they are stored",
                key="table",
            )
        for key, name in self._named():
            if name not in self.columns:
                raise refusal(
                    f"`{key}: {name}` is none of the columns", meant(name, self.columns), key=key
                )

    def _named(self) -> list[tuple[str, str]]:
        """The columns that keys name, each with the key."""
        named = [("key", name) for name in self.key]
        named += [(x, str(getattr(self, x))) for x in ("cursor", "append", "whole", "gone")]
        return [(key, name) for key, name in [*named, *(("types", x) for x in self.types)] if name]

    @model_validator(mode="after")
    def has_one_kind(self) -> Self:
        """Refuse a declaration of which it is unclear how its rows come."""
        if not self.asks_by_day:
            if self.day:
                raise refusal(
                    "`day` without `:from` and `:to`", "use both in the query, or remove `day`",
                    key="day",
                )  # fmt: skip
            RowsForm.has_one_kind(self)  # type: ignore[operator]
            return self
        if kinds := [kind for kind in (*KINDS, "gone") if getattr(self, kind)]:
            raise refusal(
                f"`{kinds[0]}` with `:from` and `:to`",
                f"remove one of them: the rows of such a query have their day in the column `{self.placed_by}`",
                key=kinds[0],
            )
        if column := column_cut_short(self.query):
            what, remedy = lost_last_day(column)
            raise refusal(what, remedy, key="query")
        return self

    @model_validator(mode="after")
    def names_columns_that_it_types(self) -> Self:
        """Refuse, where `types` names all columns, a key that names another."""
        if (schema := columns_of(self)) is not None:
            form = with_key(self, schema)
            if wrong := fault_in(form, types_in(schema)) or fault_of_day(form, schema):
                key, what, remedy = wrong
                raise refusal(what, remedy, key=key)
        return self

    @property
    def asks_by_day(self) -> bool:
        """Whether it is a query with `:from` and `:to`."""
        return len(parameters(self.query)) > 1

    @property
    def placed_by(self) -> str:
        """The column that places a row in its window."""
        return (self.day or DAY) if self.asks_by_day else super().placed_by

    @property
    def statement(self) -> str:
        """The query without what ends it."""
        return trimmed(self.query)

    @property
    def counts_zones_itself(self) -> bool:
        """Whether the query converts moments from one zone to another, as from UTC: MySQL's session is then in UTC."""
        return calls(self.query, "convert_tz")

    @property
    def shows_epochs(self) -> bool:
        """Whether the query makes moments of seconds since 1970, which MySQL shows in the session's zone."""
        return calls(self.query, "from_unixtime")

    def type_of(self, name: str) -> pa.DataType | None:
        """The stored type that `types` declares; None where it says nothing."""
        return COLUMN_TYPES[self.types[name]] if name in self.types else None

    def field(self, name: str, kind: pa.DataType) -> pa.Field:
        """A column as it is stored."""
        return column(name, kind, self.columns.get(name) or name.replace("_", " "), null=True)


def columns_of(form: StreamForm) -> pa.Schema | None:
    """The columns of a query with `:from` and `:to` whose `types` name its day, and so all of its columns."""
    if not isinstance(form, SqlForm) or not form.asks_by_day or form.placed_by not in form.types:
        return None
    return pa.schema([form.field(name, COLUMN_TYPES[kind]) for name, kind in form.types.items()])


def types_in(schema: pa.Schema) -> dict[str, pa.DataType]:
    """The types of columns by name."""
    return {field.name: field.type for field in schema}


def fault_of_day(form: SqlForm, schema: pa.Schema) -> tuple[str, str, str] | None:
    """The fault of a query with `:from` and `:to` without a column that has the day of a row."""
    if not form.asks_by_day:
        return None
    types = types_in(schema)
    kind = types.get(form.placed_by)
    if kind is None:
        remedy = f"name the column with the day of a row in `day`: {meant(form.placed_by, types)}"
        return "day", f"the query gives no column `{form.placed_by}`", remedy
    if not pa.types.is_date(kind) and not pa.types.is_timestamp(kind):
        return "day", f"`{form.placed_by}` is neither a day nor a moment", "cast it to a date"
    if pa.types.is_timestamp(kind) and (lost := column_cut_short(form.query, form.placed_by)):
        return "query", *lost_last_day(lost)
    return None


def lost_last_day(column: str) -> tuple[str, str]:
    """What is wrong with a query that compares moments with the last day, and what would be right."""
    return (
        f"`{column}` has moments, and its comparison with `:to` loses the last day after midnight",
        f"compare its day, as in `date({column}) between :from and :to`",
    )


def with_key(form: SqlForm, schema: pa.Schema) -> SqlForm:
    """The form with a key: of a query with `:from` and `:to`, the columns that are no numbers where it names none."""
    if form.key or not form.asks_by_day:
        return form
    types = types_in(schema)
    key = [form.placed_by, *(name for name, kind in types.items() if not is_number(kind))]
    return form.model_copy(update={"key": tuple(dict.fromkeys(key))})


def is_number(kind: pa.DataType) -> bool:
    """Whether a column of this type can be added up."""
    return bool(
        pa.types.is_integer(kind) or pa.types.is_decimal(kind) or pa.types.is_floating(kind)
    )


def stream_declared(name: str, form: SqlForm, schema: pa.Schema) -> Stream:
    """The stream of a declaration. Raises `Rejected` where it names a column that is not there."""
    if wrong := fault_of_day(form, schema):
        raise Rejected(f"stream {name}: {wrong[1]}", wrong[2])
    if unknown := [x for x in (*form.columns, *form.types) if x not in schema.names]:
        raise Rejected(
            f"stream {name}: `{unknown[0]}` is none of the columns that the database gives",
            meant(unknown[0], schema.names),
        )
    keyed = with_key(form, schema)
    stream = stream_of(name, keyed, schema, version=fingerprint(form))
    is_replaced = stream.snapshot or stream.reread or form.asks_by_day
    stream = replace(stream, loaded_anew=is_replaced)
    if form.asks_by_day:
        days = form.restates_days
        restated = RESTATED_FOR if days is None else timedelta(days=days)
        stream = replace(stream, snapshot=False, restates_for=restated)
        stream = replace(stream, arrives_within=timedelta(minutes=5))
    if stream.snapshot or stream.reread:
        return stream
    return replace(stream, windows_per_slice=WINDOWS_PER_SLICE)


def fingerprint(form: SqlForm) -> str:
    """Of what is declared of rows. With another one, the windows that are committed count as missing."""
    declared = form.model_dump(mode="json", exclude={*OF_ROWS})
    declared["columns"] = sorted(form.columns) if form.table else []
    if form.shows_epochs:
        declared["epochs"] = "in the session's zone"  # what was pulled before was read hours off
    return version_of(declared)
