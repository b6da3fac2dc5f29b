"""Where a number comes from: its KPI, the SQL, the sources and their windows, the run."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipelines.publishing.scorecard.language import Language
from pipelines.publishing.scorecard.reading import Published, Row

_SAFE = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True)
class Stream:
    """A stream of a source, and its windows in the raw lake in words."""

    name: str
    windows: str


@dataclass(frozen=True)
class Provenance:
    """The way down from a number; texts are empty where there is nothing to say."""

    data_through: str
    model: str
    owner: str
    streams: Sequence[Stream]
    run_id: str
    definition_hash: str


def kpi_page(kpi: str | None, published: Published) -> str | None:
    """The page of a KPI, from the scorecard; None where there is none, or no file can be named after it."""
    if kpi is None or kpi not in published.kpis or not _SAFE.fullmatch(kpi):
        return None
    return f"kpi/{kpi}.html"


def provenance(row: Row, kpi: Row, published: Published, language: Language) -> Provenance:
    """The way down from the figures of `row`, a score or a KPI."""
    through = row.get("data_through")
    return Provenance(
        data_through=language.day(through) if through else "",
        model=f"models/kpis/{kpi['model']}.sql" if kpi.get("model") else "",
        owner=kpi.get("owner") or "",
        streams=streams(kpi.get("sources"), published, language),
        run_id=row.get("run_id") or published.run.get("run_id") or "",
        definition_hash=row.get("definition_hash") or "",
    )


def streams(sources: str | None, published: Published, language: Language) -> list[Stream]:
    """The streams that `sources` names, comma-separated."""
    names = [name.strip() for name in (sources or "").split(",") if name.strip()]
    return [Stream(name, _windows(published.streams.get(name), language)) for name in names]


def _windows(row: Row | None, language: Language) -> str:
    if row is None:
        return language.text("source.no_windows")
    words = language.text(
        "source.windows",
        int(row["windows"]),
        first=language.day(row["first"]),
        last=language.day(row["data_through"]),
        rows=language.number(Decimal(row["row_count"] or 0)),
        pulled=language.moment(row["pulled_at"]),
    )
    if not row["unsettled"]:
        return words
    return f"{words} {language.text('source.unsettled', int(row['unsettled']))}"
