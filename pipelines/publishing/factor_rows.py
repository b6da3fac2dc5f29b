"""Which rows of `kpi_factors` a key result shows: of what it counts, up to its last day, without members it hides."""

from collections.abc import Sequence
from datetime import date

from pipelines.publishing.named_members import names_dimension
from pipelines.publishing.published import Row, Rows

COMPARED = (("last_year", "goal_last_year"), ("previous", "goal_previous"))
"""What the latest period is compared with, in the order shown: the whole KPI's changes, or the goal's own."""
MIN_DAYS = 7
"""How many days of an open period say enough to be compared."""
_CADENCES = ("month", "quarter", "half", "year")


def cadence_of(row: Row) -> str:
    """The periods that a key result's changes are shown of: its own windows, else months."""
    return next((x for x in (row.get("per"), row.get("over")) if x in _CADENCES), "month")


def of_goal(row: Row, own: Rows, of_kpi: Rows) -> Rows:
    """The changes to show of a key result: those of what its filter counts where there are any, else the KPI's."""
    due = min(row["deadline"], row["data_through"] or row["deadline"])
    return [
        factor
        for factor in own or of_kpi
        if factor["period_start"] <= due and names_dimension(row, factor["dimension"])
    ]


def is_of_whole_kpi(row: Row, own: Rows) -> bool:
    """Whether the changes of a key result are those of more than it counts."""
    return bool(row.get("where")) and not own


def latest_changes(rows: Rows, cadence: str) -> list[Rows]:
    """The changes of the latest period of which enough days are known: against last year, then the period before.

    Each starts with the row of the total.
    """
    compared = (
        latest(
            [
                row
                for row in rows
                if row["period"] == cadence
                and row["compared_with"] in against
                and _days(row) >= MIN_DAYS
            ]
        )
        for against in COMPARED
    )
    return [change for change in compared if change]


def latest(rows: Rows) -> Rows:
    """The rows of the newest period, that of the total first."""
    newest = max((row["period_start"] for row in rows), default=None)
    own = [row for row in rows if row["period_start"] == newest]
    return sorted(own, key=lambda row: row["dimension"] != "total")


def members_of(rows: Rows) -> Sequence[Row]:
    """The members of a change that moved it, the largest first."""
    members = (row for row in rows if row["dimension"] != "total" and row["contribution"])
    return sorted(members, key=lambda row: row["rank"])


def _days(row: Row) -> int:
    start: date = row["period_start"]
    end: date = min(row["data_through"], row["period_end"])
    return (end - start).days + 1
