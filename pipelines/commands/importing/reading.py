"""From the rows of an export to objectives, and every cell that could not be mapped."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from connectors.sdk.sheets.cells import Cell, Grid, is_empty
from pipelines.commands.importing.mapping import MILESTONE, ImportMapping, Key, MappingError
from pipelines.okr.definition.faults import Fault, suggestion
from pipelines.okr.definition.loading import load
from pipelines.okr.definition.written import yaml_text
from pipelines.okr.kpi.kpi import PERCENT, Kpi
from pipelines.okr.kpi.numbers import figure
from pipelines.okr.kpi.periods import FiscalYear, PeriodError, parse_period

_DONE = {"true": True, "yes": True, "done": True, "completed": True, "100%": True, "1": True,
         "false": False, "no": False, "open": False, "0": False, "0%": False, "": False}  # fmt: skip
_LONGEST_ID = 60
_FILE = "row"


@dataclass(frozen=True, order=True, slots=True)
class Unmapped:
    """A cell that is in no OKR file, and what to do about it."""

    row: int
    column: str
    cell: str
    what: str

    def __str__(self) -> str:
        shown = self.cell if len(self.cell) <= 60 else f"{self.cell[:57]}…"
        return f"row {self.row}, {self.column}: `{shown}` {self.what}"


@dataclass
class Imported:
    """The objectives of an export, as their files write them, by id."""

    objectives: dict[str, dict[str, Any]] = field(default_factory=dict)
    unmapped: list[Unmapped] = field(default_factory=list)
    rows: int = 0

    @property
    def key_results(self) -> int:
        return sum(len(objective["key_results"]) for objective in self.objectives.values())


def import_rows(
    grid: Grid, mapping: ImportMapping, kpis: Mapping[str, Kpi], fiscal_year: FiscalYear
) -> Imported:
    """The objectives of the rows below the header. Raises `MappingError` where a mapped column is not there.

    Rows of one objective and one period make up one file. A row whose KPI or number cannot be mapped is left out.
    """
    return _Import(grid, mapping, kpis, fiscal_year).result()


@dataclass
class _Import:
    grid: Grid
    mapping: ImportMapping
    kpis: Mapping[str, Kpi]
    fiscal_year: FiscalYear
    imported: Imported = field(default_factory=Imported)
    _ids: dict[tuple[str, str], str] = field(default_factory=dict)
    _first_rows: dict[str, int] = field(default_factory=dict)

    def result(self) -> Imported:
        if not self.grid.lines:
            raise MappingError(f"{self.grid.name} has no rows")
        header, *lines = self.grid.lines
        names = [_text(cell) for cell in header.cells]
        folded = [name.casefold() for name in names]
        lacking = [x for x in self.mapping.columns.values() if x.casefold() not in folded]
        if lacking:
            raise MappingError(
                f"{self.grid.name} has no column `{lacking[0]}`; it has {', '.join(filter(None, names))}"
            )
        places = {key: folded.index(x.casefold()) for key, x in self.mapping.columns.items()}
        left_out = {x.casefold() for x in self.mapping.ignore}
        others = [
            place
            for place, name in enumerate(folded)
            if place not in places.values() and name not in left_out
        ]
        for line in lines:
            self.imported.rows += 1
            cells: dict[Key, str] = {
                key: _text(line.cells[place]) if place < len(line.cells) else ""
                for key, place in places.items()
            }
            row = _Row(line.number, cells, self.mapping)
            self._take(row)
            self.imported.unmapped += row.unmapped
            for place in range(len(line.cells)):
                if (place in others or place >= len(names)) and not is_empty(line.cells[place]):
                    name = (
                        names[place]
                        if place < len(names) and names[place]
                        else f"column {place + 1}"
                    )
                    what = "is in a column without a mapping; name it below `columns:` or `ignore:`"
                    self.imported.unmapped.append(
                        Unmapped(line.number, name, _text(line.cells[place]), what)
                    )
        self.imported.unmapped.sort()
        return self.imported

    def _take(self, row: "_Row") -> None:
        title, name = row.text("objective"), row.text("key_result")
        if not title or not name:
            for key in row.cells:
                missing = "objective" if not title else "key_result"
                if row.cells[key]:
                    row.refuse(key, f"is in a row without `{missing}`")
            return
        period = self._period(row)
        result = self._key_result(row, name)
        if period is None or result is None:
            for key in ("objective", "key_result"):
                row.refuse(key, "is of a row that is left out")
            return
        new_id = self._id(title, period)
        frame = {
            "objective": title,
            "id": new_id,
            **({"owner": owner} if (owner := row.text("owner")) else {}),
            "period": period,
            **({"commitment": word} if (word := row.text("commitment").lower()) else {}),
        }
        objective = self.imported.objectives.get(new_id)
        taken = {x["id"] for x in objective["key_results"]} if objective else set()
        result["id"] = _unique(_slug(name), taken)
        faults = self._faults({**frame, "key_results": [result]})
        if faults:
            for fault, key in faults:
                row.refuse(key, f"cannot be taken: {fault.what}; {fault.remedy}")
            row.refuse("key_result", "is of a row that is left out")
            return
        if objective is None:
            self.imported.objectives[new_id] = {**frame, "key_results": [result]}
            self._first_rows[new_id] = row.place
            return
        objective["key_results"].append(result)
        for key in ("owner", "commitment"):
            if key in frame and frame[key] != objective.setdefault(key, frame[key]):
                first = self._first_rows[new_id]
                row.refuse(
                    key, f"is another than in row {first} (`{objective[key]}`), which counts"
                )

    def _period(self, row: "_Row") -> str | None:
        written = row.text("period")
        if not written:
            row.refuse("period", "is no period; write a default below `defaults:`")
            return None
        try:
            return parse_period(written, self.fiscal_year).label
        except PeriodError as error:
            row.refuse("period", f"is no period ({error.remedy}); write it below `values: period:`")
            return None

    def _key_result(self, row: "_Row", name: str) -> dict[str, Any] | None:
        result: dict[str, Any] = {"id": "", "name": name}
        kpi_name = row.text("kpi")
        by = row.day("by")
        if kpi_name == MILESTONE:
            done = _DONE.get(row.text("done").casefold().replace(" ", ""))
            if done is None:
                row.refuse("done", "is neither done nor open; write it below `values: done:`")
            if by is None:
                row.refuse("by", "is no day, and a milestone has to be due")
            if done is None or by is None:
                return None
            return result | {"milestone": {"done": done, "due": by}} | self._weight(row)
        kpi = self.kpis.get(kpi_name)
        if kpi is None:
            remedy = suggestion(kpi_name, self.kpis, "write its KPI below `values: kpi:`")
            row.refuse("kpi", f"is no KPI; {remedy}")
        target = row.number("target")
        if target is None and not row.is_refused("target"):
            row.refuse("target", "is no number, and a key result needs one")
        if kpi is None or target is None:
            return None
        comparison = row.text("comparison").lower().replace(" ", "_")
        comparison = comparison or ("at_least" if kpi.direction == "up" else "at_most")
        if comparison not in ("at_least", "at_most"):
            row.refuse("comparison", "is neither at_least nor at_most; write it below `values:`")
            return None
        baseline = row.number("from")
        return {
            **result,
            "kpi": kpi_name,
            **({"from": _in_unit(baseline, row.text("from"))} if baseline is not None else {}),
            comparison: _in_unit(target, row.text("target")),
            **{key: word for key in ("per", "over") if (word := row.text(key).lower())},  # type: ignore[arg-type]
            **({"by": by} if by is not None else {}),
            **self._weight(row),
        }

    def _weight(self, row: "_Row") -> dict[str, Decimal]:
        weight = row.number("weight")
        return {} if weight is None or weight == 1 else {"weight": weight}

    def _faults(self, content: Mapping[str, Any]) -> list[tuple[Fault, Key]]:
        """What is wrong with a file of this one key result, and the column that it is about."""
        text = yaml_text(content)
        lines = text.splitlines()
        faults: list[tuple[Fault, Key]] = []
        for fault in load({_FILE: text}, self.kpis, self.fiscal_year).faults:
            line = lines[fault.line - 1] if 0 < fault.line <= len(lines) else ""
            match = re.match(r"[\s-]*(\w+):", line)
            key = {"at_least": "target", "at_most": "target", "due": "by"}.get(
                match[1] if match else "", match[1] if match else "key_result"
            )
            column: Any = key if key in self.mapping.columns else "key_result"
            faults.append((fault, column))
        return faults

    def _id(self, title: str, period: str) -> str:
        if (title, period) not in self._ids:
            wanted = f"{_slug(title)}-{_slug(period)}"
            self._ids[title, period] = _unique(wanted, set(self._ids.values()))
        return self._ids[title, period]


@dataclass
class _Row:
    """A row of the export: its cells by key, and those that could not be mapped."""

    place: int
    """As it is numbered on the screen."""
    cells: Mapping[Key, str]
    mapping: ImportMapping
    unmapped: list[Unmapped] = field(default_factory=list)

    def text(self, key: Key) -> str:
        """What a cell means here: its words are replaced as the mapping says, an empty one by the default."""
        written = self.cells.get(key, "") or self.mapping.defaults.get(key, "")
        words = {word.casefold(): text for word, text in self.mapping.words.get(key, {}).items()}
        return words.get(written.casefold(), written)

    def number(self, key: Key) -> Decimal | None:
        """The number of a cell; None where it is empty or none."""
        text = self.text(key)
        if not text:
            return None
        try:
            return self.mapping.number(text)
        except ValueError:
            self.refuse(key, "is not a number")
            return None

    def day(self, key: Key) -> date | None:
        """The day of a cell; None where it is empty or none."""
        text = self.text(key)
        if not text:
            return None
        try:
            return self.mapping.day(text)
        except ValueError:
            self.refuse(key, f"is no day like {self.mapping.days}; write the form below `days:`")
            return None

    def is_refused(self, key: Key) -> bool:
        return any(x.column == self._column(key) for x in self.unmapped)

    def refuse(self, key: Key, what: str) -> None:
        """Note that a cell could not be mapped; only what is said first of it."""
        if not self.is_refused(key):
            cell = self.cells.get(key, "")
            self.unmapped.append(Unmapped(self.place, self._column(key), cell, what))

    def _column(self, key: Key) -> str:
        return self.mapping.columns.get(key, key)


def _in_unit(number: Decimal, text: str) -> Decimal | str:
    """The number as an OKR file writes it, with its sign where it has one."""
    return figure(number, PERCENT) if "%" in text else number


def _text(cell: Cell) -> str:
    """A cell in one line."""
    return "" if is_empty(cell) else " ".join(str(cell).split())


def _slug(text: str) -> str:
    """`Größe & Umsatz` as `grosse-umsatz`."""
    plain = (
        unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode()
    )
    slug = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    return slug[:_LONGEST_ID].strip("-") or "row"


def _unique(wanted: str, taken: Collection[str]) -> str:
    """The id, with a number where another has it."""
    numbered = (wanted if number == 1 else f"{wanted}-{number}" for number in count(1))
    return next(name for name in numbered if name not in taken)
