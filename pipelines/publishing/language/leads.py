"""Whether a KPI helps to foresee the one that follows it, in words."""

from pipelines.publishing.language.language import Language
from pipelines.publishing.published import Row


def lead(row: Row, language: Language) -> str:
    """`Helps to foresee page likes, 28 days ahead: with it, the Brier score of goals on it changes by −12% …`."""
    follower = row.get("leads_label") or row["leads"]
    if row["verdict"] == "cannot_tell":
        return language.text("lead.cannot_tell", follower=follower)
    return language.text(
        f"lead.{row['verdict']}",
        follower=follower,
        ahead=language.text("lead.days", row["by_days"]),
        gain=language.share(-row["gain"], 1, signed=True),
        before=language.number(row["brier"], 3),
        after=language.number(row["brier_with"], 3),
        days=language.counted(row["past_days"]),
    )
