"""The declarations that docs/sources.md shows are such as `sources.yml` takes, and a fault in one has its line."""

import re

import pytest

from pipelines.settings import BUILT_IN
from pipelines.settings.sources_file import read_sources

PAGE = (BUILT_IN / "docs/sources.md").read_text("utf-8")
SECTION = PAGE[PAGE.index("## Declared streams") : PAGE.index("## Signing in to Google")]
EXAMPLES: dict[str, str] = dict(
    re.findall(r"^### (.+?)\n.*?```yaml\n(.*?)```", SECTION, re.DOTALL | re.MULTILINE)
)
REST, ANALYTICS, HUBSPOT, ADS, DLT = (
    EXAMPLES[title]
    for title in (
        "REST lists",
        "Reports of Google Analytics",
        "Objects of HubSpot",
        "Queries of Google Ads",
        "Sources of dlt",
    )
)


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)
def test_an_example_declares_streams_and_has_no_fault(example: str) -> None:
    file = read_sources(example.encode(), "sources.yml")
    assert file.faults == ()
    assert all(entry.forms for entry in file.entries.values())


@pytest.mark.parametrize(
    ("example", "written", "replacement", "fault"),
    [
        (REST, "gone: deleted_at", "gone: deletd_at", "none of the columns; did you mean `deleted_at`?"),
        (REST, "type: decimal, unit", "type: decimel, unit", "`type: decimel` is not known; write one of"),
        (REST, "rows: data", "row: data", "unknown key `row`; did you mean `rows`?"),
        (REST, "kind: next_cursor", "kind: cursor", "`kind: cursor` is not known; write one of"),
        (REST, "      cursor: updated_at\n", "", "no word on how rows change; write one of"),
        (ANALYTICS, "by: month", "by: week", "`by: week` is not known; write one of"),
        (ANALYTICS, "[Germany, Austria]", "{in: Germany}", "the filter of `country` cannot be read; write a value"),
        (HUBSPOT, "object: tickets", "object: Tickets", "`object: Tickets` is no object of HubSpot"),
        (HUBSPOT, "hours: hours_spent", "account: hours_spent", "`account` is a column that Okra adds itself"),
        (ADS, "from campaign\n", "from campaign limit 5\n", "the query has `limit`; leave it out"),
        (DLT, "since: start_date", "sinse: start_date", "unknown key `sinse`; did you mean `since`?"),
        (DLT, "{env: GITHUB_TOKEN}", "gho_1234", "the secret `access_token` is not written here"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_line_and_a_remedy(
    example: str, written: str, replacement: str, fault: str
) -> None:
    assert example.count(written) == 1
    file = read_sources(example.replace(written, replacement).encode(), "sources.yml")
    [told, *_] = file.faults
    assert fault in str(told)
    assert "gho_1234" not in str(told)
