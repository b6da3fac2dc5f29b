"""What of a key result may be shown: with `name_members: false` no member of its `for_each` is named."""

from collections.abc import Iterable

from pipelines.okr.kpi.facts import TOTAL
from pipelines.okr.kpi.status import SETTLED_STATUSES
from pipelines.publishing.published import Row, Rows

NESTED = " > "
"""Between the dimensions of a split by several, such as `sales_rep > product`."""


def names_dimension(row: Row, dimension: str) -> bool:
    """Whether the key result `row` lets the members of a dimension be named."""
    return row.get("names_members", True) or row.get("for_each") not in dimension.split(NESTED)


def shown_parts(row: Row, parts: Rows) -> Rows:
    """The windows and members of a key result that may be shown."""
    return [x for x in parts if row.get("names_members", True) or x["member"] == TOTAL]


def shown_levers(row: Row, levers: Rows) -> Rows:
    """The levers of a key result that may be shown.

    A goal that is settled has none but those of its open window. Where nobody is to be named, those of the whole
    remain.
    """
    named, settled = row.get("names_members", True), row["status"] in SETTLED_STATUSES
    return [
        lever
        for lever in levers
        if (named or (lever["asked_member"], lever["member"]) == (TOTAL, TOTAL))
        and not (settled and lever["window"] == TOTAL)
    ]


def names_members_of(kpi: str, dimension: str, key_results: Iterable[Row]) -> bool:
    """Whether the members of a KPI's dimension may be named: not where each goal for each of them names nobody."""
    asked = [row for row in key_results if row["kpi"] == kpi]
    for name in dimension.split(NESTED):
        named = [row["names_members"] for row in asked if row["for_each"] == name]
        if named and not any(named):
            return False
    return True
