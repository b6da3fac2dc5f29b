"""Each KPI's asset shows its latest value, its course, the key results that it feeds and its page."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.definitions.data_version import CachingStaleStatusResolver, StaleStatus
from dagster._core.loader import LoadingContextForTest

from pipelines.orchestration.kpi_events import kpi_events
from pipelines.publishing.language.language import Language
from pipelines.settings import Settings
from tests.pipelines.publishing.scorecard.company import Company

KPI = dg.AssetKey(["kpis", "kpi_revenue"])


def published(home: Path) -> Company:
    """A company that sold 100, 400 and, so far in November, 30.5."""
    company = Company(home)
    company.run()
    company.objective()
    company.key_result(status="off_track", probability=Decimal("0.1299"))
    company.kpi()
    company.month(date(2026, 9, 1), date(2026, 9, 30), 100)
    company.month(date(2026, 10, 1), date(2026, 10, 31), 400)
    company.month(date(2026, 11, 1), date(2026, 11, 30), Decimal("30.5"), complete=False)
    return company


def log(context: dg.AssetExecutionContext, settings: Settings, locale: str = "en") -> None:
    for event in kpi_events(settings, Language(locale), context.instance, context.run.run_id):
        context.log_event(event)


def observed(company: Company, locale: str = "en", **settings: Any) -> dict[str, dict[str, Any]]:
    """What Dagster keeps of each asset after a step that logs the observations: the metadata by name."""
    company.publish()
    installation = Settings(_env_file=None, home=company.home, **settings)

    @dg.asset
    def scorecard(context: dg.AssetExecutionContext) -> None:
        log(context, installation, locale)

    with dg.DagsterInstance.ephemeral() as instance:
        assert dg.materialize([scorecard], instance=instance).success
        keys = [dg.AssetKey(["kpis", name]) for name in ("kpi_revenue", "sheet_kpi_days")]
        events = {key: instance.fetch_observations(key, limit=5).records for key in keys}
    return {
        key.to_user_string(): {
            name: value.value for name, value in records[0].asset_observation.metadata.items()
        }
        for key, records in events.items()
        if records and records[0].asset_observation
    }


def test_a_kpi_shows_its_latest_value_its_course_and_what_it_feeds(tmp_path: Path) -> None:
    shown = observed(published(tmp_path))["kpis/kpi_revenue"]
    assert shown == {
        "latest": "$30.50 in November 2026, with data through Nov 24, 2026",
        "course": "`▁█`",  # of the two months that are over
        "key results": "- Sell more: Off track, score 61%, pace 90%, odds 12%",
    }


def test_the_page_of_an_asset_shows_it_and_nothing_downstream_looks_out_of_date(
    tmp_path: Path,
) -> None:
    """The page has the metadata of the newest materialization; what is downstream compares versions of the data."""
    published(tmp_path).publish()
    installation = Settings(_env_file=None, home=tmp_path)

    @dg.multi_asset(
        specs=[dg.AssetSpec(KPI, code_version="1"), dg.AssetSpec("kpi_days", deps=[KPI])]
    )
    def models() -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
        yield dg.MaterializeResult(asset_key=KPI, metadata={"invocation_id": "cdc67f17"})
        yield dg.MaterializeResult(asset_key="kpi_days")

    @dg.asset(deps=["kpi_days"])
    def scorecard(context: dg.AssetExecutionContext) -> None:
        log(context, installation)

    with dg.DagsterInstance.ephemeral() as instance:
        assert dg.materialize([models, scorecard], instance=instance).success
        first, newest = shown_on_page(instance), instance.get_latest_materialization_event(KPI)
        stale = CachingStaleStatusResolver(
            instance,
            dg.Definitions(assets=[models, scorecard]).resolve_asset_graph(),
            LoadingContextForTest(instance),
        )
        statuses = {stale.get_status(key) for key in (KPI, dg.AssetKey("kpi_days"))}
        # scored again, without the models: what they made is no newer for it
        assert dg.materialize([scorecard], instance=instance).success
        latest = instance.get_latest_materialization_event(KPI)
    assert first["latest"] == "$30.50 in November 2026, with data through Nov 24, 2026"
    assert "invocation_id" not in first
    assert statuses == {StaleStatus.FRESH}
    assert newest and latest and newest.timestamp == latest.timestamp


def shown_on_page(instance: dg.DagsterInstance) -> dict[str, Any]:
    event = instance.get_latest_materialization_event(KPI)
    assert event and event.asset_materialization
    return {name: value.value for name, value in event.asset_materialization.metadata.items()}


def test_it_speaks_the_readers_language(tmp_path: Path) -> None:
    shown = observed(published(tmp_path), locale="es")["kpis/kpi_revenue"]
    assert "noviembre de 2026, con datos hasta el" in shown["latest"]
    assert "puntuación 61" in shown["key results"]


def test_its_page_is_a_path_or_below_the_address_of_the_site(tmp_path: Path) -> None:
    company = published(tmp_path)
    company.written()
    shown = observed(company)["kpis/kpi_revenue"]
    assert shown["page"] == str(tmp_path / "kpi" / "revenue.html")
    site = observed(company, site_url="https://okr.example.com")["kpis/kpi_revenue"]
    assert site["page"] == "https://okr.example.com/kpi/revenue.html"
    link = "https://okr.example.com/scorecard.html#kr-grow-revenue"
    assert site["key results"].startswith(f"- [Sell more]({link}): Off track")


def test_names_from_outside_are_no_markup(tmp_path: Path) -> None:
    company = Company(tmp_path)
    company.run()
    company.objective()
    company.key_result(name="[Sell](https://evil.example) <b>", status="achieved")
    company.kpi()
    shown = observed(company)["kpis/kpi_revenue"]
    assert shown["key results"].startswith(
        r"- \[Sell\](https://evil.example) \<b\>: Achieved, score"
    )
    assert "odds" not in shown["key results"]
    assert "latest" not in shown, "no period has a value"


def test_kpis_of_one_model_are_told_apart(tmp_path: Path) -> None:
    company = published(tmp_path)
    company.rows["kpis"] = []
    for name, label in (("revenue", "Revenue"), ("people", "People")):
        company.kpi(kpi=name, label=label, model="sheet_kpi_days")
    company.month(date(2026, 9, 1), date(2026, 9, 30), 7, kpi="people")
    shown = observed(company)["kpis/sheet_kpi_days"]
    assert {"Revenue: latest", "Revenue: key results", "People: latest"} <= shown.keys()
    assert "People: key results" not in shown
