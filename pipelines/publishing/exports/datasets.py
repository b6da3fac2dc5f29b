"""What a semantic layer has to know of each KPI: where its figures are, and which of them may be summed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.publishing.bi.views import MOST_VIEWS
from pipelines.publishing.published import NothingPublishedError, opened

_KPIS = """
    select kpi, label, description, kind, unit, denominator, "precision" from kpis order by kpi
"""
_COLUMNS = """
    select table_name, column_name, data_type, comment from duckdb_columns()
    where database_name = current_database() and (table_name like 'kpi_%_daily' or table_name = 'kpi_monthly')
    order by table_name, column_index
"""
MONTHLY = "kpi_monthly"
FIGURES = frozenset(
    {"amount", "amount_exact", "level", "numerator", "denominator", "denominator_level"}
)
"""Columns with figures; only the metrics use them."""
_COLUMNS_OF_DISTINCT = ("month_start", "status", "trust", "level", "unit")


@dataclass(frozen=True)
class Column:
    """A column of a dataset."""

    name: str
    type: str
    description: str


@dataclass(frozen=True)
class Dataset:
    """The figures of one KPI: its view of days, or of a distinct count its rows of `kpi_monthly`."""

    kpi: str
    label: str
    description: str
    kind: str
    unit: str
    precision: int
    lower: str
    """Of a ratio, the column with its lower side."""
    name: str
    query: str
    """Its rows, from the published file. `{table}` stands for the published table."""
    table: str
    columns: Sequence[Column]

    @property
    def is_view(self) -> bool:
        """Whether its rows are the published table itself."""
        return self.kind != "distinct"

    @property
    def day(self) -> str:
        """The column with the time."""
        return "day" if self.is_view else "month_start"

    @property
    def members(self) -> Sequence[Column]:
        """The columns to group and filter by."""
        return [
            column for column in self.columns if column.name not in {*FIGURES, self.day, "unit"}
        ]

    @property
    def how_to_read(self) -> str:
        """What its metric says of several days or months, in a sentence."""
        if self.kind == "ratio" and self.lower == "denominator_level":
            return "The sum of the upper side by the average of the days' lower side."
        return {
            "flow": "The sum of the days and members chosen.",
            "ratio": "The sum of the upper side by the sum of the lower side.",
            "stock": "The level at the end of the last day chosen, summed over members.",
            "distinct": "The count of one month. Counts of several months do not add up, so they have none.",
        }[self.kind]


def read_datasets(path: Path) -> Sequence[Dataset]:
    """The datasets of the published KPIs, by name, of too many those with a view. Raises `NothingPublishedError`."""
    with opened(path) as file:
        columns: dict[str, list[Column]] = {}
        for row in file.rows(_COLUMNS):
            columns.setdefault(row["table_name"], []).append(
                Column(row["column_name"], row["data_type"], row["comment"] or "")
            )
        kpis = file.rows(_KPIS)
    if not kpis:
        raise NothingPublishedError("no KPI is published yet; run `okra run` first")
    if len(kpis) > MOST_VIEWS:
        kpis = [row for row in kpis if _table_of(row) in columns]
    return [_dataset(row, columns) for row in kpis]


def _table_of(kpi: Mapping[str, object]) -> str:
    return MONTHLY if kpi["kind"] == "distinct" else f"kpi_{kpi['kpi']}_daily"


def _dataset(row: Mapping[str, object], columns: Mapping[str, Sequence[Column]]) -> Dataset:
    kpi, kind = str(row["kpi"]), str(row["kind"])
    table = _table_of(row)
    if table not in columns:
        raise NothingPublishedError(
            f"the published file has no {table}, as it is of an earlier version; run `okra score` first"
        )
    chosen, query = columns[table], "select * from {table}"
    if kind == "distinct":
        chosen = [column for column in chosen if column.name in _COLUMNS_OF_DISTINCT]
        names = ", ".join(column.name for column in chosen)
        query = f"select {names} from {{table}} where kpi = '{kpi}'"  # noqa: S608 - a KPI's name is an identifier
    return Dataset(
        kpi=kpi,
        label=str(row["label"] or kpi),
        description=str(row["description"] or ""),
        kind=kind,
        unit="fraction" if row["unit"] == "percent" else str(row["unit"]),
        precision=int(str(row["precision"] or 0)),
        lower="denominator_level" if row["denominator"] == "level" else "denominator",
        name=f"kpi_{kpi}_monthly" if kind == "distinct" else table,
        query=query,
        table=table,
        columns=chosen,
    )
