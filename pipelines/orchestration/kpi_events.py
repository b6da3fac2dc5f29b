"""What Dagster's UI says of each KPI: its latest value, its months, the key results it feeds, and its page.

The figures of a KPI come from its model, but its periods and its key results are worked out after it, so all this is
known when everything is published. An asset's page shows the metadata of its newest materialization alone, not that of
an observation. So the materialization of the same run is logged once more, with these figures. It has the tags of the
first one, among them the version of the data, so that nothing downstream looks out of date.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import dagster as dg

from pipelines.orchestration.ownership import KPIS
from pipelines.publishing.digest.renderings import literal
from pipelines.publishing.language.language import Amounts, Language
from pipelines.publishing.language.sparklines import sparkline
from pipelines.publishing.published import Row, Rows, opened
from pipelines.publishing.scorecard.cards import anchor
from pipelines.publishing.scorecard.goal_pages import goal_places
from pipelines.publishing.scorecard.kpi_rows import rows_by
from pipelines.publishing.scorecard.writing import KPI_FOLDER
from pipelines.publishing.standings import Standing, read_standings
from pipelines.settings import Settings

MAX_KPIS = 50
"""KPIs of one model that its asset tells of: nobody reads the ten thousand that the model of all sheets may have."""
_KPIS = "select * from kpis where model is not null order by model, kpi"
_PERIODS = """
    select periods.*
    from kpi_periods as periods
    inner join kpis on periods.kpi = kpis.kpi
    where
        periods.dimension = 'total'
        and periods.period = case when kpis.every in ('quarter', 'half', 'year') then kpis.every else 'month' end
    qualify row_number() over (partition by periods.kpi order by periods.period_start desc) <= 24
    order by periods.kpi, periods.period_start
"""


def kpi_events(
    settings: Settings, language: Language, instance: dg.DagsterInstance, run_id: str
) -> Iterator[dg.AssetMaterialization | dg.AssetObservation]:
    """An event of each model that works out KPIs, from the published file. Raises `NothingPublishedError`.

    A model that the run has not built is observed only: a materialization would say that its data is new.
    """
    for key, metadata in kpi_metadata(settings, language).items():
        built = instance.get_latest_materialization_event(key)
        made = built.asset_materialization if built and built.run_id == run_id else None
        if made is None:
            yield dg.AssetObservation(key, metadata=metadata)
        else:
            yield dg.AssetMaterialization(key, metadata=metadata, tags=made.tags)


def kpi_metadata(
    settings: Settings, language: Language
) -> Mapping[dg.AssetKey, Mapping[str, dg.MetadataValue]]:
    """What the asset of each model says of its KPIs."""
    standings = read_standings(settings.published_path)
    with opened(settings.published_path) as file:
        by_model = rows_by(file.rows(_KPIS), "model")
        periods = rows_by(file.rows(_PERIODS), "kpi")
    fed_by_kpi: dict[str, list[Standing]] = {}
    for line in standings.key_results:
        fed_by_kpi.setdefault(line.row["kpi"] or "", []).append(line)
    places = goal_places(standings, settings.scorecard_path.name)
    shown_by_key = {}
    for model, own in by_model.items():
        metadata: dict[str, dg.MetadataValue] = {}
        for row in own[:MAX_KPIS]:
            prefix = "" if len(own) == 1 else f"{row['label'] or row['kpi']}: "
            fed = fed_by_kpi.get(row["kpi"], [])
            shown = {
                **figures(row, periods.get(row["kpi"], ()), language),
                **key_results(fed, settings, language, places),
                **page(row["kpi"], settings),
            }
            metadata |= {f"{prefix}{name}": value for name, value in shown.items()}
        shown_by_key[dg.AssetKey([KPIS, model])] = metadata
    return shown_by_key


def figures(kpi: Row, periods: Rows, language: Language) -> Mapping[str, dg.MetadataValue]:
    """The latest value, and the periods that are complete as a sparkline: an open one would look like a fall."""
    known = [row for row in periods if row["value"] is not None]
    if not known:
        return {}
    latest = known[-1]
    value = Amounts(language, kpi["unit"], int(kpi["precision"] or 0)).text(latest["value"])
    text = language.text(
        "ui.latest",
        value=value,
        period=language.span(latest["period_start"], latest["period_end"]),
        day=language.day(latest["data_through"] or latest["period_end"]),
    )
    complete = sparkline([row["value"] for row in periods if row["complete"]])
    return {
        "latest": dg.MetadataValue.text(text),
        "course": dg.MetadataValue.md(f"`{complete}`" if complete else ""),
    }


def key_results(
    lines: list[Standing],
    settings: Settings,
    language: Language,
    places: Mapping[str, str],
) -> Mapping[str, dg.MetadataValue]:
    """The key results that are measured by the KPI, each with how it stands; nothing where there is none.

    `places`: the page of each goal, beside the scorecard.
    """
    if not lines:
        return {}
    listed = []
    for line in lines:
        name = literal(line.name)
        if settings.site_url:
            page = settings.scorecard_path.parent / places[line.id]
            name = f"[{name}]({settings.address_of(page)}#{anchor(line.id)})"
        listed.append(f"- {name}: {standing(line.row, language)}")
    return {"key results": dg.MetadataValue.md("\n".join(listed))}


def standing(row: Row, language: Language) -> str:
    """`Off track, score 61%, pace 90%, odds 12%`, without what is not known."""
    words = [language.status(row["status"])]
    if row["score"] is not None:
        score, pace = language.score_and_pace(row["score"], row["expected"])
        words.append(language.text("ui.score", score=score))
        if row["expected"] is not None:
            words.append(language.text("ui.pace", pace=pace))
    if language.has_odds(row):
        words.append(language.text("ui.odds", odds=language.odds_of(row)))
    return ", ".join(words)


def page(kpi: str, settings: Settings) -> Mapping[str, dg.MetadataValue]:
    """The KPI's page, where it has one. A browser does not open local files from a web page: there, its path."""
    path: Path = settings.scorecard_path.parent / KPI_FOLDER / f"{kpi}.html"
    if not path.exists():
        return {}
    if settings.site_url:
        return {"page": dg.MetadataValue.url(settings.address_of(path))}
    return {"page": dg.MetadataValue.path(str(path))}
