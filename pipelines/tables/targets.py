"""The table of the targets: what is possible for each KPI, in the running quarter and the next one."""

from pipelines.okr.targets.possible import PossibleTarget
from pipelines.tables.table import Table, columns_of

TARGETS = Table(
    "targets",
    "What is possible: the targets of each KPI as a whole that would be met with odds of 90, 70, 50, 30 and 10 %, in "
    "the running quarter and the next one, worked out once a week. They change no score",
    columns_of(PossibleTarget),
    key=("kpi", "period_start", "odds"),
)
