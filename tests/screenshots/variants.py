"""Published files that a page has to stand: copies of the last run's, changed by hand.

Each is written as a page of its own, so that its picture and its size can be looked at.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copy
from tempfile import TemporaryDirectory

import duckdb

from pipelines.publishing.language.language import Language
from pipelines.publishing.scorecard.writing import write_scorecard
from pipelines.publishing.standings import read_standings

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


@contextmanager
def pages(published: Path) -> Iterator[dict[str, Path]]:
    """The scorecards of the variants by name, until the block ends."""
    with TemporaryDirectory() as folder:
        written = {}
        for name, locale, changes in (
            ("spanish", "es", ""),
            ("failed-source", "en", FAILED_SOURCE),
            ("no-odds", "en", NO_ODDS),
            ("300-key-results", "en", many_key_results(KEY_RESULTS)),
        ):
            home = Path(folder) / name
            home.mkdir()
            file = home / published.name
            copy(published, file)
            if changes:
                with duckdb.connect(file) as connection:
                    connection.execute(changes)
            day = read_standings(file).as_of
            written[name] = write_scorecard(
                file, home / "scorecard.html", day, Language(locale), {}
            ).scorecard
        yield written
