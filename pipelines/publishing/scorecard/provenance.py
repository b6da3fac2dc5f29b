"""Where a number comes from: its KPI, the SQL, the sources and their windows, the run."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.publishing.language.language import Language
from pipelines.publishing.language.windows_pulled import windows_pulled
from pipelines.publishing.published import Row, StreamWindows
from pipelines.publishing.scorecard.page_rows import PageRows

_SAFE_FILE_NAME = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True)
class Provenance:
    """Where a number comes from, in words; empty where nothing is known. `streams` are names with their windows."""

    data_through: str
    model: str
    owner: str
    streams: Mapping[str, str]
    run_id: str
    definition_hash: str


def kpi_page(kpi: str | None, published: PageRows) -> str | None:
    """The page of a KPI, from the page of the goals; None where there is none, or no file can be named after it."""
    if kpi is None or kpi not in published.kpis or not _SAFE_FILE_NAME.fullmatch(kpi):
        return None
    return f"{published.kpi_folder}/{kpi}.html"


def provenance(row: Row, kpi: Row, published: PageRows, language: Language) -> Provenance:
    """Where the figures of `row`, a score or a KPI, come from."""
    through = row.get("data_through")
    names = filter(None, map(str.strip, (kpi.get("sources") or "").split(",")))
    return Provenance(
        data_through=language.day(through) if through else "",
        model=f"models/kpis/{kpi['model']}.sql" if kpi.get("model") else "",
        owner=kpi.get("owner") or "",
        streams={
            stream: windows_pulled(windows, language)
            if windows
            else language.text("source.no_windows")
            for name in names
            for stream, windows in _of_accounts(name, published).items()
        },
        run_id=row.get("run_id") or published.run.get("run_id") or "",
        definition_hash=row.get("definition_hash") or "",
    )


def _of_accounts(name: str, published: PageRows) -> Mapping[str, StreamWindows | None]:
    """The windows of a stream that a KPI names, by account; None where it has none."""
    accounts = {x.stream: x for x in published.streams.values() if x.feeds == name}
    return accounts or {name: None}
