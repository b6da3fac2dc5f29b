"""Superset: imports a bundle with its own command, twice, and asks each metric by month as a chart does.

Its own database is a SQLite file in the working directory. Standard input names the bundle.
"""

import json
import os
import sys
import zipfile
from math import isnan
from pathlib import Path

home = Path.cwd() / "superset"
home.mkdir()
(home / "superset_config.py").write_text(
    f"SECRET_KEY = '{'x' * 42}'\nSQLALCHEMY_DATABASE_URI = 'sqlite:///{home / 'superset.db'}'\n"
)
os.environ |= {"FLASK_APP": "superset", "SUPERSET_CONFIG_PATH": str(home / "superset_config.py")}
output, sys.stdout = sys.stdout, sys.stderr  # Superset prints while it starts

from click.testing import CliRunner  # noqa: E402 - after the configuration
from superset.app import create_app  # noqa: E402
from superset.cli.main import superset  # noqa: E402

ANA = "--username=ana --firstname=Ana --lastname=A --email=ana@example.com --password=not-secret"
for words in ("db upgrade", f"fab create-admin {ANA}", "init"):
    end = CliRunner().invoke(superset, words.split())
    assert end.exit_code == 0, end.output


def figures(dataset):
    [metric] = dataset.metrics
    month = {
        "timeGrain": "P1M",
        "columnType": "BASE_AXIS",
        "sqlExpression": dataset.main_dttm_col,
        "label": "month",
        "expressionType": "SQL",
    }
    result = dataset.query(
        {
            "granularity": dataset.main_dttm_col,
            "from_dttm": None,
            "to_dttm": None,
            "columns": [month],
            "metrics": [metric.metric_name],
            "is_timeseries": False,
            "filter": [],
            "extras": {"time_grain_sqla": "P1M"},
            "orderby": [],
        }
    )
    assert result.error_message is None, result.error_message
    rows = zip(result.df["month"], result.df[metric.metric_name], strict=True)
    return metric.metric_name, {
        str(month)[:10]: float(figure)
        for month, figure in rows
        if figure is not None and not isnan(figure)
    }


with create_app().app_context():
    from superset import db, security_manager
    from superset.commands.dataset.importers.dispatcher import ImportDatasetsCommand
    from superset.commands.importers.v1.utils import get_contents_from_bundle
    from superset.connectors.sqla.models import SqlaTable
    from superset.utils.core import override_user

    with override_user(security_manager.find_user("ana")):
        with zipfile.ZipFile(json.load(sys.stdin)["bundle"]) as bundle:
            contents = get_contents_from_bundle(bundle)
        for _ in range(2):
            ImportDatasetsCommand(dict(contents), overwrite=True).run()
        answers = dict(figures(dataset) for dataset in db.session.query(SqlaTable).all())
json.dump(answers, output)
