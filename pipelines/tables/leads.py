"""The table of the leading indicators: which KPI is said to move before another one, and whether that helps."""

from pipelines.okr.leads.result import LeadResult
from pipelines.tables.table import Table, columns_of

LEADS = Table(
    "leads",
    "The KPIs that are said to move before others, tested on the history once a month: whether goals on the follower "
    "would have been foreseen better with them. Those that help enter the odds",
    columns_of(LeadResult),
    key=("key_result_id",),
)
