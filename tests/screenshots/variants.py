"""The pages of one published file, and of copies of it that are changed by hand: what a page has to stand.

Their pictures are taken for the documentation, and tests look at each of them in a browser.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copy
from tempfile import TemporaryDirectory

import duckdb

from pipelines.publishing.board.writing import write_board
from pipelines.publishing.language.language import Language
from pipelines.publishing.scorecard.writing import write_scorecard
from pipelines.publishing.standings import read_standings
from pipelines.settings import Settings
from pipelines.steps.digest import read_digest

KEY_RESULTS = 300
FAILED_SOURCE = """
    update runs set failed_sources = ['stripe'];
    update key_result_scores set trust = 'source_failed:stripe'
    where kpi in (select kpi from kpis where sources like '%stripe.%')
"""
NO_ODDS = """
    update key_result_scores set
        probability = null, forecast_p10 = null, forecast_p50 = null, forecast_p90 = null,
        window_probability = null, window_forecast_p50 = null
    where status in ('on_track', 'at_risk', 'off_track');
    update key_result_scores set status = if(score >= expected, 'on_track', 'at_risk')
    where status in ('on_track', 'at_risk', 'off_track') and score is not null;
    update objective_scores set
        probability = null, forecast_score_p10 = null, forecast_score_p50 = null, forecast_score_p90 = null
    where status in ('on_track', 'at_risk', 'off_track');
    update key_result_courses set forecast_p10 = null, forecast_p50 = null, forecast_p90 = null;
    delete from key_result_levers
"""
BEFORE_START = """
    delete from key_result_scores where as_of < (select max(as_of) from key_result_scores);
    delete from objective_scores where as_of < (select max(as_of) from objective_scores);
    update key_result_scores set
        status = 'not_started', why = '', period_start = as_of + 35, deadline = as_of + 124,
        actual = null, raw_attainment = null, score = null, expected = 0, gap = null, expected_actual = null,
        required_rate = null, current_rate = null, windows_met = null, windows_over = null, windows_in_a_row = null,
        open_window = null, window_actual = null, window_probability = null, window_forecast_p50 = null,
        members_met = null, members_judged = null, furthest_behind = null;
    update objective_scores set
        status = 'not_started', why = '', period_start = as_of + 35, deadline = as_of + 124,
        score = null, expected = 0, coverage = 0, parts_on_track = 0, costliest_part = null, costliest_part_cost = null;
    update key_results set period_start = current_date + 35, deadline = current_date + 124;
    delete from key_result_courses;
    delete from key_result_levers
"""


def many_key_results(count: int) -> str:
    """Copies of every key result under names of their own, four to a copy of its objective, until there are so many."""
    branch = "number // 4 || '-' || objective_id"
    statements = [
        "create temp table headlines as select distinct key_result_id from key_result_scores",
        f"create temp table copied as select range::bigint as number from range(4, {count + 4})",
        f"delete from copied where number - 3 > ({count} - 1) // (select count(*) from headlines)",
    ]
    for table in ("key_result_scores", "key_results", "key_result_courses", "key_result_levers"):
        renamed = "number // 4 || '-' || key_result_id || '-' || number as key_result_id"
        if table != "key_result_courses":
            renamed += f", {branch} as objective_id"
        statements.append(
            f"insert into {table} by name "
            f"select source.* replace ({renamed}) from {table} as source cross join copied"
        )
    statements.append(
        "insert into objective_scores by name select distinct source.* replace ("
        f"{branch} as objective_id, name || ' (' || number // 4 || ')' as name, "
        "number // 4 || '-' || parent_id as parent_id) from objective_scores as source cross join copied"
    )
    return ";\n".join(statements)


@dataclass(frozen=True)
class Variant:
    """A file that is published in a language, after `changes` in SQL."""

    name: str
    locale: str = "en"
    changes: str = ""


SITE = "https://okr.example.com"
PUBLISHED = "published"
"""The variant without changes."""
VARIANTS = (
    Variant(PUBLISHED),
    Variant("spanish", locale="es"),
    Variant("failed-source", changes=FAILED_SOURCE),
    Variant("no-odds", changes=NO_ODDS),
    Variant("before-start", changes=BEFORE_START),
    Variant("300-key-results", changes=many_key_results(KEY_RESULTS)),
)


@contextmanager
def pages(published: Path, owner: str, kpi: str) -> Iterator[dict[str, Path]]:
    """Every kind of page by name, until the block ends: of the file as it is those of the board, of an `owner` and of a
    `kpi` and the digest as well, of the others the scorecard.
    """
    with TemporaryDirectory() as folder:
        written = {}
        for variant in VARIANTS:
            home = Path(folder) / variant.name
            home.mkdir()
            file = home / "okra.duckdb"
            copy(published, file)
            file.chmod(0o600)
            if variant.changes:
                with duckdb.connect(file) as connection:
                    connection.execute(variant.changes)
            settings = Settings(_env_file=None, home=home, locale=variant.locale, site_url=SITE)
            own = write_pages(settings, owner, kpi)
            if variant.name == PUBLISHED:
                written |= own
            else:
                written[variant.name] = own["scorecard"]
        yield written


def write_pages(settings: Settings, owner: str, kpi: str) -> dict[str, Path]:
    """Write the pages beside the published file of `settings`, as a run does. Returns one of each kind, by kind."""
    file, language = settings.published_path, Language(settings.locale)
    day = read_standings(file).as_of
    written = write_scorecard(
        file, settings.scorecard_path, day, language, {}, settings.owners_path
    )
    write_board(file, settings.board_path, language, day)
    digest = settings.scorecard_path.with_name("digest.html")
    digest.write_text(read_digest(settings).html, encoding="utf-8")
    return {
        "scorecard": written.scorecard,
        "board": settings.board_path,
        "owner": written.owners[owner],
        "kpi": written.scorecard.parent / "kpi" / f"{kpi}.html",
        "digest": digest,
    }
