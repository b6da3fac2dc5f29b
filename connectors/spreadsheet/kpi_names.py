"""The KPI that a sheet names, or what was meant."""

from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches

from connectors.spreadsheet.declared import SheetKpi
from connectors.spreadsheet.values import BadCell

CLOSE = 0.8
"""How much of two names is the same where one is a slip of the pen of the other: one letter of five may differ."""


def closest(name: str, declared: Iterable[str]) -> str:
    """The declared name that `name` is a slip of the pen away from; empty where none is."""
    close = get_close_matches(name, list(declared), n=1, cutoff=CLOSE)
    return close[0] if close else ""


def kpi_called(
    name: str,
    declared: Mapping[str, SheetKpi],
    broken: Collection[str],
    other_texts: Collection[str] = (),
    otherwise: str = "correct the name, declare the KPI, or remove the row if it is a total or a note",
) -> SheetKpi:
    """The declared KPI of this name. Raises `BadCell`; `other_texts` are those that a layout gives for KPIs."""
    if name in broken:
        raise BadCell(
            "broken_declaration",
            "names a KPI whose declaration cannot be read",
            "run `okra check`: it names the line",
            "kpi",
        )
    if name not in declared:
        close = closest(name, [*declared, *other_texts])
        raise BadCell(
            "unknown_kpi",
            "names a KPI that is not declared for these sheets",
            f"did you mean `{close}`?" if close else otherwise,
            "kpi",
        )
    return declared[name]
