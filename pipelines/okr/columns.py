"""Types for dataclasses whose fields are the columns of a published table.

A string in `Annotated` is the column's comment; the SQL type follows from the Python type, or from a `SqlType`.
What stands here is used by several tables.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated


class SqlType(str):
    """The SQL type of a column whose Python type leaves it open."""


Number = Annotated[Decimal, SqlType("decimal(38, 6)")]
Share = Annotated[Decimal, SqlType("decimal(18, 6)")]

AsOf = Annotated[date, "The day that was played: data up to the day before it counts"]
LastAsOf = Annotated[
    date, "The day that was played last: data up to the day before it; the table has no other day"
]
ObjectiveId = Annotated[str, "The objective's id, unique across all files"]
KeyResultId = Annotated[str, "objective_id/id of the key result"]
ObjectiveName = Annotated[str, "The objective in words"]
KeyResultName = Annotated[str, "The key result in words"]
KpiOfKeyResult = Annotated[str | None, "The KPI it is measured by; NULL for a milestone"]
GoalInWords = Annotated[str, "The goal in words"]
FirstDayCounted = Annotated[date, "First day that counts"]
LastDayCounted = Annotated[date, "Last day that counts"]
WeightInObjective = Annotated[Number, "Its weight in the objective"]
Owner = Annotated[str | None, "Who answers for it"]
FirstDayOfPeriod = Annotated[date, "First day of its period"]
LastDayOfPeriod = Annotated[date, "Last day of its period"]
ParentId = Annotated[str | None, "The objective it serves"]
DefinitionHash = Annotated[
    str, "Fingerprint of the goal that was scored, free of its formatting and of what it is called"
]
