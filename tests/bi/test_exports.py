"""The exports in the tools that they are made for: each metric by month is the figure that Okra published."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest
import yaml

from pipelines.publishing.exports.datasets import read_datasets
from pipelines.publishing.exports.metabase import metabase_files
from pipelines.publishing.exports.metricflow import metricflow_files
from pipelines.publishing.exports.superset import superset_files
from tests.bi.conftest import Clients

Months = Mapping[str, Mapping[str, float]]
SUPERSET = [
    "apache-superset[duckdb]==6.1.*",
    "pytz",
    # it imports these without requiring them, or not in a version that it can use
    "cachetools",
    "flask-caching<2.4",
    "rich",
]
METRICFLOW = ["dbt-metricflow==0.15.*", "dbt-duckdb==1.11.*", "dbt-core==1.11.*", "duckdb==2.*"]


@pytest.fixture(scope="module")
def months(published: Path) -> Months:
    """The published figure of each KPI by month that is over, where there is one."""
    query = (
        "select kpi, cast(month_start as varchar), coalesce(amount, level) from kpi_monthly "
        "where status <> 'partial'"
    )
    figures: dict[str, dict[str, float]] = {}
    with duckdb.connect(str(published), read_only=True) as connection:
        for kpi, month, figure in connection.execute(query).fetchall():
            if figure is not None:
                figures.setdefault(kpi, {})[month] = figure
    assert len(figures) > 20
    return figures


def differences(exported: Months, months: Months) -> list[tuple[str, str]]:
    """The KPIs and months whose figure in the tool is not the published one, which has six decimals."""
    return [
        (kpi, month)
        for kpi, figures in months.items()
        for month, figure in figures.items()
        if exported[kpi].get(month) != pytest.approx(figure, rel=1e-9, abs=1e-6)
    ]


def written(files: Mapping[str, str], folder: Path) -> Path:
    for place, text in files.items():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def test_superset_imports_the_bundle_and_its_metrics_are_right(
    clients: Clients, published: Path, months: Months, tmp_path: Path
) -> None:
    file = tmp_path / "okra.duckdb"
    shutil.copy(published, file)
    files = superset_files(read_datasets(file), file)
    folder = written(files, tmp_path / "bundle" / "okra-superset")
    bundle = shutil.make_archive(str(tmp_path / "bundle"), "zip", folder.parent, folder.name)
    superset = clients.python("superset_import.py", *SUPERSET, builds=True)
    assert differences(superset(file, {"bundle": bundle}), months) == []


def test_metricflow_validates_the_package_and_its_metrics_are_right(
    clients: Clients, published: Path, months: Months, tmp_path: Path
) -> None:
    package = written(metricflow_files(read_datasets(published)), tmp_path / "package")
    attached = {"path": str(published), "alias": "okra", "read_only": True}
    output = {"type": "duckdb", "path": str(tmp_path / "mine.duckdb"), "attach": [attached]}
    profile = {"okra": {"target": "dev", "outputs": {"dev": output}}}
    (package / "profiles.yml").write_text(yaml.safe_dump(profile), "utf-8")
    metricflow = clients.python("metricflow_query.py", *METRICFLOW, builds=True)
    answers = metricflow(published, {"package": str(package), "metrics": ",".join(sorted(months))})
    assert answers["validation"].count("(ERRORS: 0, FUTURE_ERRORS: 0, WARNINGS: 0)") >= 6
    assert differences(answers["months"], months) == []


def test_metabases_schemas_accept_each_file(
    clients: Clients, published: Path, tmp_path: Path
) -> None:
    files = metabase_files(read_datasets(published), published)
    folder = written(files, tmp_path / "okra")
    schemas = clients.node("metabase_schemas.mjs", "@metabase/representations@1.2.0")
    answers = schemas(published, {"folder": str(folder)})
    assert answers == {"passed": len(files), "failed": 0, "faults": []}
