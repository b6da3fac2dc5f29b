"""The pages beside the published file: the scorecard, `kpi/<name>.html` for each KPI, `site/<owner>.html` for each
owner.

Each is replaced in one step, and written from the same rows it is the same bytes.
"""

import hashlib
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path, PurePosixPath

from connectors.lake import atomic_files
from pipelines.publishing.language.language import Language
from pipelines.publishing.published import opened
from pipelines.publishing.scorecard.branches import branches
from pipelines.publishing.scorecard.cards import anchor
from pipelines.publishing.scorecard.goal_pages import goal_pages, places_of_goals
from pipelines.publishing.scorecard.goal_rows import MOST_AT_ONCE
from pipelines.publishing.scorecard.kpi_pages import KpiPages
from pipelines.publishing.scorecard.lines import key_result_line, lines
from pipelines.publishing.scorecard.page_rows import PageRows, page_rows_in
from pipelines.publishing.scorecard.rendering import page
from pipelines.publishing.scorecard.summary import Count, choices, counts

KPI_FOLDER = PageRows.kpi_folder
MOST_ATTENTION = 50
"""Goals that need attention, on the page that leads to many pages of goals."""
_SAFE_OWNER = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,100}")


@dataclass(frozen=True)
class WrittenPages:
    """Where the scorecard is, how many bytes it has, how many pages of KPIs there are, and the owners' pages."""

    scorecard: Path
    size: int
    kpis: int
    owners: Mapping[str, Path]


def write_scorecard(
    published: Path,
    target: Path,
    as_of: date,
    language: Language,
    models: Mapping[str, str],
    owners: Path | None = None,
) -> WrittenPages:
    """Write the scorecard of `as_of` to `target`, the KPIs' pages beside it, and a page for each owner into `owners`.

    Many goals are on several pages, to which `target` leads (`goal_pages`).

    `published` is the published file, which is read once; `models` has the SQL of each model by its name. Raises
    `NothingPublishedError`, `duckdb.Error` or `OSError`; a page that could not be written stays as it was.
    """
    with opened(published) as file:
        rows = page_rows_in(file, as_of)
        pages_of_kpis = KpiPages(models, language)
        size, kpis = _write_pages(rows, target.parent, language, pages_of_kpis)
        pages = {} if owners is None else _write_owner_pages(rows, owners, language, pages_of_kpis)
    return WrittenPages(target, size, kpis, pages)


def _write_pages(
    rows: PageRows, folder: Path, language: Language, pages_of_kpis: KpiPages
) -> tuple[int, int]:
    """Write the page of the goals, those that it is split into, and those of the KPIs. Returns its bytes, and how many
    KPIs have a page.
    """
    pages = goal_pages(rows.standings, rows.page)
    is_split = [*pages] != [rows.page]
    rows = replace(rows, places=places_of_goals(pages)) if is_split else rows.loaded
    kpis = [_written(folder, link, text) for link, text in pages_of_kpis.of(rows)]
    _remove_others(folder / rows.kpi_folder, kpis)
    parts = [rows.on_page(lines, page) for page, lines in pages.items()] if is_split else []
    for own in _read_together(parts):
        _write(folder / own.page, scorecard_html(own.loaded, language))
    _remove_others(folder / rows.page.removesuffix(".html"), pages if is_split else ())
    text = index_html(rows, parts, language) if is_split else scorecard_html(rows, language)
    _write(folder / rows.page, text)
    return len(text.encode()), len(kpis)


def _write_owner_pages(
    rows: PageRows, folder: Path, language: Language, pages_of_kpis: KpiPages
) -> Mapping[str, Path]:
    """Write a page for each owner into `folder`, with the KPIs' pages in a folder of the owner's. Returns the pages.

    A page has the goals of its owner alone. Those of owners that are gone are removed.
    """
    names = {owner: owner_page(owner) for owner in rows.standings.owners}
    owned = (rows.of_owner(owner, name) for owner, name in names.items())
    for of_owner in _read_together(owned):
        _write_pages(of_owner, folder, language, pages_of_kpis)
    _remove_others(folder, names.values())
    for kpi_folder in folder.glob(f"*/{KPI_FOLDER}"):
        if f"{kpi_folder.parent.name}.html" not in names.values():
            for own in (kpi_folder, kpi_folder.parent):
                _remove_others(own, ())
                own.rmdir()
    return {owner: folder / name for owner, name in names.items()}


def _read_together(pages: Iterable[PageRows]) -> Iterator[PageRows]:
    """The same pages, with the rows of `MOST_AT_ONCE` key results read before the first of them is made."""
    batch: list[PageRows] = []
    goals: list[str] = []
    for own in pages:
        more = [line.id for line in own.standings.key_results]
        if batch and len(goals) + len(more) > MOST_AT_ONCE:
            yield from _with_rows(batch, goals)
            batch, goals = [], []
        batch.append(own)
        goals += more
    yield from _with_rows(batch, goals)


def _with_rows(batch: Sequence[PageRows], goals: Sequence[str]) -> Iterator[PageRows]:
    """Pages of which those with too many goals for one batch are alone in it: they are split, and read by the page."""
    if batch and len(goals) <= MOST_AT_ONCE:
        batch[0].read_ahead(goals)
    yield from batch


def owner_page(owner: str) -> str:
    """The file of an owner's page: `ana@example.com.html`, so that a proxy can hold a login against it.

    An owner that no file should be named after has letters and a fingerprint instead. No two owners have one file.
    """
    if _SAFE_OWNER.fullmatch(owner) and not owner.endswith(".html"):
        return f"{owner}.html"
    letters = "-".join(re.findall(r"[a-z0-9]+", owner.lower()))[:40]
    return f"{letters}~{hashlib.sha256(owner.encode()).hexdigest()[:12]}.html"


def _written(folder: Path, link: str, text: str) -> str:
    """Write a page. Returns its place, as its text is no longer needed."""
    _write(folder / link, text)
    return link


def _remove_others(folder: Path, pages: Iterable[str]) -> None:
    """Remove the pages in a folder that are not among `pages`, which are named by their place."""
    names = {PurePosixPath(page).name for page in pages}
    for old in folder.glob("*.html"):
        if old.name not in names:
            old.unlink()


def scorecard_html(published: PageRows, language: Language) -> str:
    """The scorecard."""
    objectives = lines(published, language)
    key_results = [line for objective in objectives for line in objective.key_results]
    by_anchor = {line.anchor: line for line in key_results}
    attention = [by_anchor[anchor(line.id)] for line in published.standings.attention]
    through = max(
        (row["data_through"] for row in published.key_results if row["data_through"]), default=None
    )
    return page(
        "scorecard.html.jinja",
        language,
        script=True,
        published=published,
        branches=branches(published, language),
        objectives=objectives,
        key_results=key_results,
        attention=attention,
        counts=counts(key_results),
        choices=choices(key_results, language),
        through=through,
        pages=[],
        in_need=len(attention),
    )


@dataclass(frozen=True)
class PageOfGoals:
    """One of the pages that the goals are on, as their index names it: its first and its last objective."""

    link: str
    first: str
    last: str
    counts: Sequence[Count]


def index_html(published: PageRows, parts: Sequence[PageRows], language: Language) -> str:
    """The page that leads to all others: what needs attention most, and how many goals of each page stand how."""
    standings = published.standings
    most = standings.attention[:MOST_ATTENTION]
    published.read_ahead([line.id for line in most])
    through = (line.row["data_through"] for line in standings.key_results)
    pages = [
        PageOfGoals(
            posixpath.relpath(part.page, posixpath.dirname(published.page) or "."),
            part.standings.objectives[0].name,
            part.standings.objectives[-1].name,
            counts(part.standings.key_results),
        )
        for part in parts
    ]
    return page(
        "scorecard.html.jinja",
        language,
        published=published,
        branches=[],
        objectives=[],
        key_results=standings.key_results,
        attention=[key_result_line(line, published, language) for line in most],
        counts=counts(standings.key_results),
        choices={},
        through=max(filter(None, through), default=None),
        pages=pages,
        in_need=len(standings.attention),
    )


def _write(path: Path, text: str) -> None:
    atomic_files.replace(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))
