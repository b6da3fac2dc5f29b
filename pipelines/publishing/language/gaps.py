"""How far a key result is from its goal, in words."""

from pipelines.publishing.language.language import Amounts
from pipelines.publishing.language.sentences import counts_pace, windows_of
from pipelines.publishing.published import Row
from pipelines.publishing.standings import comparison_of, gap_at_end


def distance_text(row: Row, amounts: Amounts) -> str:
    """How far the goal as a whole is from being met: in windows, in members, or else by `gap_text`.

    `14 of 20 weeks met it; 18 of 25 are needed`: an open window with something to spare says little of the others.
    """
    return parts_text(row, amounts) or gap_text(row, amounts)


def gap_text(row: Row, amounts: Amounts) -> str:
    """`$12,300 short`, `3 deals to spare`; empty where it is not known. Of a goal per window: of its open window.

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


def parts_text(row: Row, amounts: Amounts) -> str:
    """How many windows or members meet the goal, and how many have to; empty for a goal on one figure."""
    language, cadence, over = amounts.language, windows_of(row), row.get("windows_over")
    if cadence and over is not None and row.get("windows_needed") is not None:
        if not over:
            return language.text(
                "distance.none_yet",
                needed=language.counted(row["windows_needed"]),
                all=language.counted(row.get("windows_in_all") or row["windows_needed"]),
            )
        return language.text(
            f"distance.windows.{cadence}",
            over,
            met=language.counted(row["windows_met"] or 0),
            needed=language.counted(row["windows_needed"]),
            all=language.counted(row.get("windows_in_all") or row["windows_needed"]),
        )
    if row.get("for_each") and row.get("members_judged"):
        met = language.counted(row["members_met"] or 0)
        counted = "distance.on_pace" if counts_pace(row) else "distance.members"
        words = language.text(counted, row["members_judged"], met=met)
        if row.get("furthest_behind"):
            words += "; " + language.text("distance.furthest", member=row["furthest_behind"])
        return words
    return ""
