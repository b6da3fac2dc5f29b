"""What a goal still needs a day or a window, beside what came so far, in words."""

from dataclasses import replace

from pipelines.okr.kpi.status import SETTLED_STATUSES
from pipelines.publishing.language.language import Amounts
from pipelines.publishing.published import Row

PER_DAY_FROM = 10
"""What a day brings is said of counts from so many on; a tenth of a deal a day says nothing to anybody."""


def rates(row: Row, amounts: Amounts) -> list[tuple[str, str]]:
    """`Needed per day: $5,485.29` and `So far per day: $5,478.8`, as names with their figures.

    Nothing of a goal that is settled, as nothing is needed any more, or nothing helps. Nothing of a few pieces a
    day: published rates of counts are whole, and two people in 62 days would be one a day.
    """
    if row["status"] in SETTLED_STATUSES:
        return []
    if row["required_rate"] is None or row["current_rate"] is None:
        return []
    if amounts.has_word and not row.get("per") and row["required_rate"] < PER_DAY_FROM:
        return []
    language = amounts.language
    period = language.text(f"figures.{row.get('per') or 'day'}")
    needed = "allowed" if row.get("comparison") == "at_most" else "required"
    needed_rate = replace(amounts, as_published=False)
    with_decimal = replace(needed_rate, places=max(1, amounts.places))
    return [
        (language.text(f"figures.{needed}", each=period), needed_rate.text(row["required_rate"])),
        (language.text("figures.current", each=period), with_decimal.text(row["current_rate"])),
    ]
