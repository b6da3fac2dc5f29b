"""`leads:` on a key result: the KPI that its own moves some time before.

Whether it does is tested on the history, and it enters the odds only where it helps.
"""

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict, Field

from pipelines.okr.definition.durations import Duration
from pipelines.okr.definition.field_types import Text

Finding = tuple[str, str, str]
"""The key it is about, what is wrong, the remedy."""


class Leads(BaseModel):
    """The KPI that follows, and how long after; without `by` that is learned."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kpi: Text = Field(description="The KPI that follows", examples=["page_likes"])
    by: Duration | None = Field(
        None, description="How long after; without it, it is learned", examples=["4 weeks"]
    )


def leads_faults(leads: Leads, kpi: str | None) -> Iterator[Finding]:
    """What is wrong with `leads`. `kpi` is the KPI of the key result."""
    if kpi is None:
        yield "leads", "a milestone leads no KPI", "leave `leads` out"
    elif leads.kpi == kpi:
        yield "leads", f"`{kpi}` leads itself", "name the KPI that follows it"
    if leads.by is not None and not 7 <= leads.by <= 182:
        yield "leads", f"`by: {leads.by} days` cannot be tested", "write 1 week to 26 weeks"
