"""The pages beside the published file: the scorecard, and `kpi/<name>.html` for each KPI.

Each is replaced in one step. Written from the same rows they are the same bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from connectors.lake.atomic_files import replace
from pipelines.publishing.scorecard.branches import branches, in_order
from pipelines.publishing.scorecard.kpi_pages import kpi_page_of
from pipelines.publishing.scorecard.language import Language
from pipelines.publishing.scorecard.page_rows import PageRows, read_page_rows
from pipelines.publishing.scorecard.provenance import kpi_page
from pipelines.publishing.scorecard.rendering import page
from pipelines.publishing.scorecard.summary import choices, counts

KPI_FOLDER = "kpi"


@dataclass(frozen=True)
class WrittenPages:
    """Where the scorecard is, how many bytes it has, and how many pages of KPIs there are."""

    scorecard: Path
    size: int
    kpis: int


def write_scorecard(
    published: Path, target: Path, as_of: date, locale: str, models: Mapping[str, str]
) -> WrittenPages:
    """Write the scorecard of `as_of` to `target` and the KPIs' pages beside it, in the language of `locale`.

    `published` is the published file, `models` has the SQL of each model by its name. Raises
    `NothingPublishedError`, `duckdb.Error` or `OSError`; a page that could not be written stays as it was.
    """
    language = Language(locale)
    rows = read_page_rows(published, as_of)
    folder = target.parent
    pages = {
        link: kpi_html(kpi, rows, models, language)
        for kpi in rows.kpis
        if (link := kpi_page(kpi, rows)) is not None
    }
    for link, text in pages.items():
        _write(folder / link, text)
    for old in (folder / KPI_FOLDER).glob("*.html"):
        if f"{KPI_FOLDER}/{old.name}" not in pages:
            old.unlink()
    text = scorecard_html(rows, language)
    _write(target, text)
    return WrittenPages(target, len(text.encode()), len(pages))


def scorecard_html(published: PageRows, language: Language) -> str:
    """The scorecard."""
    roots = branches(published, language)
    ordered = list(in_order(roots))
    cards = [card for _, branch in ordered for card in branch.cards]
    statuses = counts(cards, language)
    through = max(
        (row["data_through"] for row in published.key_results if row["data_through"]), default=None
    )
    return page(
        "scorecard.html.jinja",
        language,
        script=True,
        published=published,
        branches=roots,
        ordered=ordered,
        cards=cards,
        counts=statuses,
        choices=choices(cards, statuses),
        through=through,
    )


def kpi_html(name: str, published: PageRows, models: Mapping[str, str], language: Language) -> str:
    """The page of one KPI."""
    kpi = kpi_page_of(published.kpis[name], published, models, language)
    return page("kpi.html.jinja", language, published=published, kpi=kpi)


def _write(path: Path, text: str) -> None:
    replace(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))
