"""What is wrong with the rows of sheets: one finding for the same fault of one KPI on one day, with all its places."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from connectors.sdk.contract import Finding

EXAMPLES = 3


@dataclass(frozen=True)
class _Kind:
    """What rows have in common that are told in one finding."""

    what: str
    column: str
    kpi: str
    day: date | None
    is_set_aside: bool


@dataclass
class Findings:
    """Gathers the faults of rows."""

    _rows: dict[_Kind, list[str]] = field(default_factory=dict)
    """The places of the rows."""
    _texts: dict[_Kind, tuple[str, str]] = field(default_factory=dict)
    """What is wrong with the first of them, and the remedy."""

    def add(
        self,
        places: Sequence[str],
        what: str,
        text: str,
        remedy: str,
        *,
        column: str = "",
        kpi: str = "",
        day: date | None = None,
        is_set_aside: bool = True,
    ) -> None:
        """Note a fault of the rows at `places`; `text` follows the first place."""
        kind = _Kind(what, column, kpi, day, is_set_aside)
        self._rows.setdefault(kind, []).extend(places)
        self._texts.setdefault(kind, (text, remedy))

    def all(self) -> list[Finding]:
        """The findings, in the order in which their first rows were noted."""
        return [self._finding(kind, places) for kind, places in self._rows.items()]

    def _finding(self, kind: _Kind, places: Sequence[str]) -> Finding:
        text, remedy = self._texts[kind]
        where = f"{places[0]}, column `{kind.column}`" if kind.column else places[0]
        more = len(places) - 1
        others = f" (and {more} more row{'s' if more > 1 else ''})" if more else ""
        return Finding(
            what=kind.what,
            message=f"{where} {text}{others}; {remedy}",
            rows=len(places),
            is_set_aside=kind.is_set_aside,
            column=kind.column,
            kpi=kind.kpi,
            day=kind.day,
            examples=tuple(places[:EXAMPLES]),
        )
