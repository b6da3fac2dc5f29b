"""How far a key result is likely to end from its target, in words."""

from pipelines.publishing.language.language import Amounts
from pipelines.publishing.published import Row
from pipelines.publishing.standings import comparison_of, gap_at_end


def gap_text(row: Row, amounts: Amounts) -> str:
    """`$12,300 short`, `3 deals to spare`; empty where it is not known.

    By the middle forecast it is held against the forecast as it is shown, so that target, forecast and gap add up.
    """
    gap, target = gap_at_end(row), row.get("target")
    if gap is None:
        return ""
    if gap != row.get("gap") and target is not None:
        is_below = comparison_of(row) == "at_most"
        forecast = amounts.estimated(target + gap if is_below else target - gap)
        shown = forecast - target if is_below else target - forecast
        # what misses its target is never said to be exactly on it
        gap = shown if shown and (shown > 0) == (gap > 0) else gap
    return amounts.gap(gap, comparison_of(row))
