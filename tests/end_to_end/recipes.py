"""The queries of docs/bi.md, by the heading that each stands under."""

import re

from pipelines.settings import BUILT_IN

REVENUE_BY_MONTH = "1. Revenue by month, with the year before"
MIXED_MONTH = "2026-02"
"""The month that has yen and dinars besides the dollars of the books."""
NOTHING_YET = {
    "What changed afterwards",
    "7. Whether the odds can be relied on",
    "8. What changed after it was published",
}
"""Queries without an answer on a company that was run once: nothing came due, and nothing was restated."""


def page() -> str:
    """The page."""
    return (BUILT_IN / "docs" / "bi.md").read_text("utf-8")


def queries() -> dict[str, str]:
    """Each query of the page by its title."""
    by_title = {}
    for section in re.split(r"^### ", page(), flags=re.M)[1:]:
        title, _, text = section.partition("\n")
        for query in re.findall(r"^```sql\n(.*?)^```", text, flags=re.M | re.S):
            by_title[title] = query
    return by_title
