"""A restatement in words."""

from pipelines.publishing.language.language import Amounts
from pipelines.publishing.published import Row


def restatement(row: Row, amounts: Amounts) -> str:
    """`October 2026: $855.50, was $900.` `row` is one of the table restatements."""
    language = amounts.language
    period = language.span(row["period_start"], row["period_end"])
    member = "" if row["dimension"] == "total" else f", {row['member']}"
    return language.text(
        "restatement.was",
        period=f"{period}{member}",
        new=amounts.text(row["new_value"]),
        old=amounts.text(row["old_value"]),
    )
