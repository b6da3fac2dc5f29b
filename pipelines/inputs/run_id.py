"""The `run_id` beside each published figure: a hash of everything that the figure depends on.

The inputs are the day being played, the committed windows, the sources' states, the OKR files, the KPIs in YAML, the
names of accounts and the settings.
Unlike Dagster's run ids, it is the same on every machine and in every repetition. The table `runs` says which
Dagster runs worked under it, and when.
"""

import hashlib
import json
from dataclasses import asdict
from datetime import date
from pathlib import Path

from connectors.lake.catalog import read_catalog
from pipelines.inputs.lake import open_lake
from pipelines.inputs.okr_files import okr_files
from pipelines.okr.definition.yaml_tree import TreeError
from pipelines.okr.kpi.status import Policy
from pipelines.settings import Settings
from pipelines.settings.kpi_queries import kpi_yaml_files
from pipelines.settings.written_files import content_of

WINDOW_FACTS = ["source", "stream", "window", "data_through", "checksum", "settled", "flags"]
ATTEMPT_FACTS = ["source", "stream", "outcome"]
FINDING_FACTS = ["source", "stream", "window", "what", "is_set_aside", "kpi", "day"]


def run_id(settings: Settings, as_of: date) -> str:
    """The id of a run that plays `as_of` with the lake's present catalog, like `2026-11-24-1f0c9a55d2e7`."""
    facts: dict[str, object] = {
        "windows": catalogued(settings, "windows", WINDOW_FACTS),
        "attempts": catalogued(settings, "attempts", ATTEMPT_FACTS),
        "definitions": definition_texts(settings),
        "sheet kpis": sheet_kpis_text(settings),
        "settings": [
            settings.timezone,
            settings.currency,
            settings.fiscal_year_start,
            settings.start_date,
            # left out where it is the default, so that an installation's earlier ids stay what they were
            *(["named by start"] if settings.fiscal_year_named_by == "start" else []),
            *([repr(weeks)] if (weeks := settings.fiscal_year.weeks) else []),
            *(
                [f"{settings.largest_members} members"]
                if settings.largest_members != Settings.model_fields["largest_members"].default
                else []
            ),
            *([f"holidays {settings.holidays}"] if settings.holidays else []),
            *([f"closed on {', '.join(settings.closed_days)}"] if settings.closed_days else []),
        ],
    }
    # what an installation does not have is left out, so that its earlier ids stay what they were
    if kpis := kpi_texts(settings):
        facts["kpis"] = kpis
    if accounts := sorted(name for name in settings.sources_file.names if "@" in name):
        facts["accounts"] = accounts
    if settings.policy != Policy():
        usual = asdict(Policy())
        facts["thresholds"] = {
            name: str(share.normalize())
            for name, share in asdict(settings.policy).items()
            if not name.endswith("_met_in") or share != usual[name]
        }
    # they go into the trust of the KPIs
    findings = catalogued(settings, "findings", FINDING_FACTS)
    if findings:
        facts["findings"] = findings
    text = json.dumps(facts, default=str, sort_keys=True)
    return f"{as_of.isoformat()}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def catalogued(settings: Settings, name: str, columns: list[str]) -> list[list[object]]:
    """The rows of one file of the lake's catalog. A source with several accounts is told with its account."""
    every = read_catalog(open_lake(settings), name, [*columns, "account"]).to_pylist()
    rows = [row for row in every if row["source"] not in settings.sources_without_figures]
    for row in rows:
        if account := row.pop("account"):
            row["source"] = f"{row['source']}@{account}"
    return [list(row.values()) for row in rows]


def definition_texts(settings: Settings) -> dict[str, str]:
    """The texts of the OKR files, by their paths below the folder."""
    return {
        path.relative_to(settings.definitions_path).as_posix(): text_of(path)
        for path in okr_files(settings)
    }


def kpi_texts(settings: Settings) -> dict[str, str]:
    """The texts of the files that declare KPIs, by their paths below the project."""
    files = kpi_yaml_files(settings.project_path, without=settings.sheet_kpis_path)
    return {
        file.path.relative_to(settings.project_path).as_posix(): text_of(file.path)
        for file in files
    }


def sheet_kpis_text(settings: Settings) -> str:
    """The text of the file that declares the KPIs kept in sheets; empty when there is no file."""
    path = settings.sheet_kpis_path
    return text_of(path) if path.exists() else ""


def text_of(path: Path) -> str:
    """The text of a file. Bytes that are not UTF-8 count too; a file that cannot be opened is as if it were empty."""
    try:
        return content_of(path).decode("utf-8", errors="surrogateescape")
    except TreeError:
        return ""
