"""The datasets for other tools: their metrics are right over any days and members, and the tools read them."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlglot
import yaml

from pipelines.publishing.exports.datasets import Dataset, read_datasets
from pipelines.publishing.exports.metricflow import metricflow_files
from pipelines.publishing.exports.superset import expression, superset_files
from pipelines.publishing.published import NothingPublishedError


@pytest.mark.parametrize(
    ("kpi", "where", "figure"),
    [
        ("sales", "true", 15),  # 10 + 5
        ("rate", "true", 0.125),  # 5 in 40, and not 1/2 + 4/38
        ("rate", "color = 'red'", 0.5),
        ("per_head", "true", 6),  # 30 by an average of 5, and not by 10
        ("team", "day < '2026-02-01'", 10),  # 7 + 3 on the last day
        ("team", "true", 8),
        ("team", "day < '2026-01-31'", 9),
        ("visitors", "month_start = '2026-01-01'", 900),
        ("visitors", "true", None),  # counts of two months do not add up
    ],
)
def test_a_metric_in_superset_is_right_over_any_rows(
    published: Path, datasets: Mapping[str, Dataset], kpi: str, where: str, figure: float | None
) -> None:
    dataset = datasets[kpi]
    rows = dataset.query.format(table=dataset.table)
    query = f"select {expression(dataset)} as figure from ({rows}) as rows where {where}"
    # Superset writes a query anew with sqlglot before it runs it
    rewritten = sqlglot.parse_one(query, dialect="duckdb").sql("duckdb")
    with duckdb.connect(str(published), read_only=True) as connection:
        assert connection.execute(query).fetchall() == [(figure,)]
        assert connection.execute(rewritten).fetchall() == [(figure,)]


def test_a_level_is_that_of_the_last_day_of_each_month_of_a_chart(
    published: Path, datasets: Mapping[str, Dataset]
) -> None:
    query = f"select month(day), {expression(datasets['team'])} from kpi_team_daily group by 1 order by 1"
    with duckdb.connect(str(published), read_only=True) as connection:
        assert connection.execute(query).fetchall() == [(1, 10), (2, 8)]


def test_the_bundle_for_superset_has_the_keys_of_its_schemas(
    published: Path, datasets: Mapping[str, Dataset]
) -> None:
    files = _documents(superset_files(list(datasets.values()), published))
    database, rate = files["databases/Okra.yaml"], files["datasets/Okra/kpi_rate_daily.yaml"]
    assert files["metadata.yaml"]["version"] == rate["version"] == database["version"] == "1.0.0"
    assert database["sqlalchemy_uri"].endswith(
        f"/{published.parent.name.replace(' ', '%20')}/okra.duckdb?access_mode=read_only"
    )
    assert rate["database_uuid"] == database["uuid"]
    assert [(m["metric_name"], m["expression"], m["d3format"]) for m in rate["metrics"]] == [
        ("rate", "SUM(numerator) / NULLIF(SUM(denominator), 0)", ",.1%")
    ]
    assert {c["column_name"] for c in rate["columns"] if c["groupby"]} == {"day", "color", "unit"}
    assert [c["column_name"] for c in rate["columns"] if c["is_dttm"]] == ["day"]
    visitors = files["datasets/Okra/kpi_visitors_monthly.yaml"]
    assert (visitors["main_dttm_col"], "kpi = 'visitors'" in visitors["sql"]) == (
        "month_start",
        True,
    )


def test_an_export_is_the_same_each_time(published: Path, datasets: Mapping[str, Dataset]) -> None:
    chosen = list(datasets.values())
    assert superset_files(chosen, published) == superset_files(chosen, published)


def test_metricflow_sums_amounts_and_sides_of_ratios_alone(
    datasets: Mapping[str, Dataset],
) -> None:
    document = _documents(metricflow_files(list(datasets.values())))["models/metrics.yml"]
    metrics = {metric["name"]: metric for metric in document["metrics"]}
    models = {model["name"]: model for model in document["semantic_models"]}
    assert metrics["sales"]["type_params"] == {"measure": "sales_amount"}
    assert (metrics["rate"]["type"], metrics["rate"]["type_params"]) == (
        "ratio",
        {"numerator": "rate_numerator", "denominator": "rate_denominator"},
    )
    assert models["kpi_team_daily"]["measures"] == [
        {
            "name": "team_level",
            "agg": "sum",
            "expr": "level",
            "non_additive_dimension": {"name": "business_day", "window_choice": "max"},
        }
    ]
    assert metrics["per_head"]["type_params"]["expr"] == (
        "per_head_numerator * per_head_days / nullif(per_head_denominator, 0)"
    )
    assert metrics["visitors"]["type_params"]["expr"] == (
        "case when visitors_months = 1 then visitors_level end"
    )


def test_dbt_reads_the_package_and_makes_its_views(
    published: Path, datasets: Mapping[str, Dataset], tmp_path: Path
) -> None:
    for place, text in metricflow_files(list(datasets.values())).items():
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    attached = {"path": str(published), "alias": "okra", "read_only": True}
    mine = tmp_path / "mine.duckdb"
    output = {"type": "duckdb", "path": str(mine), "attach": [attached]}
    profile = {"okra": {"target": "dev", "outputs": {"dev": output}}}
    (tmp_path / "profiles.yml").write_text(yaml.safe_dump(profile), "utf-8")
    run = subprocess.run(
        [str(Path(sys.executable).with_name("dbt")), "run", "--profiles-dir", "."],
        cwd=tmp_path,
        env={**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout
    assert "warn" not in run.stdout.lower().replace("warn=0", ""), run.stdout
    with duckdb.connect(str(mine)) as connection:
        connection.execute(f"attach '{published}' as okra (read_only)")
        assert connection.execute("select sum(amount) from okra_kpi_sales_daily").fetchall() == [
            (15.0,)
        ]


def test_a_published_file_without_views_of_days_is_refused(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "old.duckdb")) as connection:
        connection.execute(
            "create table kpis as select 'sales' as kpi, 'Sales' as label, null as description, 'flow' as kind, "
            "'USD' as unit, 'sum' as denominator, 2 as precision"
        )
    with pytest.raises(NothingPublishedError, match="earlier version; run `okra score` first"):
        read_datasets(tmp_path / "old.duckdb")


def _documents(files: Mapping[str, str]) -> dict[str, Any]:
    return {place: yaml.safe_load(text) for place, text in files.items() if "sql" not in place[-3:]}
