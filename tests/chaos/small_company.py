"""A part of the sample company that runs in a few seconds: two sources, some weeks, two days of runs."""

import json
from pathlib import Path

from tests.chaos.forked import ForkedHome
from tests.end_to_end.conftest import PART

FIRST_DAY, SECOND_DAY = "2026-11-24", "2026-11-25"
OBJECTIVES = {
    "audience.yml": """\
objective: Have an audience that likes to hear from us
id: audience
owner: social@example.com
period: 2026-H2
key_results:
  - {id: page-likes, kpi: page_likes, from: measured, at_least: 33_500}
  - {id: weekly-engagements, kpi: page_engagements, at_least: 1_400, per: week, met_in: 7}
""",
    "team.yml": """\
objective: A team that people want to be in
id: team
owner: people@example.com
period: 2026-H2
key_results:
  - {id: headcount, kpi: headcount, at_least: 50}
""",
}
OF_RUNS = {"runs", "windows", "attempts", "schema_version", "findings"}
"""Published tables that tell of runs, or of what was wrong."""


def home_in(folder: Path, definitions: Path) -> ForkedHome:
    """A home at `folder` with the goals in `definitions`; nothing is run yet."""
    if not definitions.exists():
        definitions.mkdir(parents=True)
        for name, text in OBJECTIVES.items():
            (definitions / name).write_text(text, encoding="utf-8")
    return ForkedHome(
        folder,
        {
            **PART,
            "OKRA_SOURCES": "facebook_pages,spreadsheet",
            "OKRA_START_DATE": "2026-10-20",
            "OKRA_OKR_DEFINITIONS": str(definitions),
            "OKRA_SANDBOX_TODAY": SECOND_DAY,
        },
    )


def figures(home: Path) -> dict[str, str]:
    """The checksum of each published table that holds figures or beliefs; empty where nothing is published."""
    manifest = home / "okra.json"
    tables = json.loads(manifest.read_text("utf-8"))["tables"] if manifest.exists() else {}
    return {name: table["checksum"] for name, table in tables.items() if name not in OF_RUNS}


def differing(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """The tables that are not as they were."""
    return sorted(
        name for name in before.keys() | after.keys() if before.get(name) != after.get(name)
    )
