"""What can be written of a KPI in `kpis/*.yml`: what it means, and one of four ways to come by its figures."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from pipelines.inputs.sheet_kpis import SheetKpiDeclaration
from pipelines.inputs.yaml_kpis.fragments import JINJA
from pipelines.okr.definition.field_types import refusal
from pipelines.okr.definition.kpi_declaration import KpiDeclaration
from pipelines.okr.kpi.kpi import Kpi

WAYS: Mapping[str, str] = {
    "from": "`from: shop.orders`",
    "connection": "`connection: warehouse` with `query:`",
    "sheet": "`sheet: finance`",
    "expr": "`expr: net_sales - costs`",
}
"""The key that says where a KPI's figures come from, each with an example."""


class Aggregated(KpiDeclaration):
    """A KPI whose figures SQL works out. `denominator` is an expression here, and its values are added up."""

    denominator: str = Field("", examples=["count(*)"])  # type: ignore[assignment]

    def named(self, name: str, model: str) -> Kpi:
        """The KPI of this name, computed by `model`. Raises `ConversionError`."""
        return Kpi.declared(name, self.model_dump() | {"denominator": "sum"}, model)


class StreamKpi(Aggregated):
    """A KPI that is worked out from the rows of a stream, or of a model of the project."""

    source: str = Field(alias="from", examples=["shop.orders"])
    day: str = Field("", examples=["ordered_at"])
    value: str = Field("", examples=["sum(net)"])
    numerator: str = Field("", examples=["sum(net)"])
    where: str = Field("", examples=["deleted_at is null"])
    members: Mapping[str, str] = Field({}, alias="dimensions by expression")
    """The expression of each dimension that is no column of that name."""

    @model_validator(mode="before")
    @classmethod
    def _named_expressions(cls, written: Any) -> Any:
        if isinstance(written, dict) and isinstance(given := written.get("dimensions"), dict):
            return {**written, "dimensions": list(given), "dimensions by expression": given}
        return written

    @model_validator(mode="after")
    def _expressions_of_its_kind(self) -> Self:
        wanted = ("numerator", "denominator") if self.kind == "ratio" else ("value",)
        for key in ("value", "numerator", "denominator"):
            if key in wanted and not getattr(self, key):
                example = {"value": "sum(net)", "numerator": "sum(net)"}.get(key, "count(*)")
                raise refusal(f"a {self.kind} without `{key}`", f"write `{key}: {example}`")
            if key not in wanted and getattr(self, key):
                remedy = f"write {' and '.join(f'`{x}:`' for x in wanted)}, or another `kind:`"
                raise refusal(f"`{key}` of a {self.kind}", remedy, key=key)
        return self

    @property
    def fragments(self) -> Iterator[tuple[str, str, bool]]:
        """Each piece of SQL: its key, its text, and whether it is an aggregate."""
        for key in ("value", "numerator", "denominator"):
            if getattr(self, key):
                yield key, getattr(self, key), True
        if self.where:
            yield "where", self.where, False
        for expression in self.members.values():
            yield "dimensions", expression, False


class QueryKpi(KpiDeclaration):
    """A KPI that a query on a connection gives: `day`, a column each dimension, and `value`, or both of a ratio."""

    kind: Literal["flow", "stock", "ratio"] = Field(examples=["flow"])
    connection: str = Field(examples=["warehouse"])
    query: str = Field(
        examples=["select day, sum(net) as value from mart where day between :from and :to"]
    )
    restates_days: int | None = Field(None, ge=0, le=1095, examples=["7"])

    @field_validator("kind", mode="before")
    @classmethod
    def _no_distinct(cls, kind: object) -> object:
        if kind == "distinct":
            raise refusal(
                "a query by day cannot say how many different there are in a month",
                "declare the rows as a stream in sources.yml, and write `from:` and `count(distinct ...)`",
            )
        return kind

    @field_validator("query")
    @classmethod
    def _by_days(cls, query: str) -> str:
        if JINJA.search(query):
            raise refusal("Jinja in the query", "write plain SQL")
        if ":from" not in query or ":to" not in query:
            raise refusal(
                "the query does not say which days it is of",
                "write a condition such as `where day between :from and :to`",
            )
        return query


class SheetKpi(SheetKpiDeclaration):
    """A KPI that is kept in a sheet of `sources.yml`."""

    sheet: str = Field(examples=["finance"])


class ExpressionKpi(KpiDeclaration):
    """A KPI that is worked out from other KPIs. Kind and unit follow from them where nothing is said."""

    expr: str = Field(examples=["net_sales - costs"])


FORMS: Mapping[str, type[KpiDeclaration]] = {
    "from": StreamKpi,
    "connection": QueryKpi,
    "sheet": SheetKpi,
    "expr": ExpressionKpi,
}
"""The form of each way."""
