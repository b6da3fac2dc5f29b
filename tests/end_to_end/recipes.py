"""The queries of docs/bi.md, by the heading that each stands under."""

import re

from pipelines.settings import BUILT_IN


def page() -> str:
    """The page."""
    return (BUILT_IN / "docs" / "bi.md").read_text("utf-8")


def queries() -> dict[str, str]:
    """Each query of the page by its title."""
    found = {}
    for section in re.split(r"^### ", page(), flags=re.M)[1:]:
        title, _, text = section.partition("\n")
        for query in re.findall(r"^```sql\n(.*?)^```", text, flags=re.M | re.S):
            found[title] = query
    return found
