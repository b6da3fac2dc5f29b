"""dbt and MetricFlow: make the package's views, validate it, and ask metrics by month.

Standard input names the package's folder, and the metrics separated by commas.
"""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

given = json.load(sys.stdin)
package = Path(given["package"])
environment = {
    **os.environ,
    "DBT_PROFILES_DIR": str(package),
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
}


def run(command, *words):
    call = f"from {command} import cli; cli()"
    end = subprocess.run(
        [sys.executable, "-S", "-c", call, *words],
        cwd=package,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert end.returncode == 0, end.stdout + end.stderr
    return end.stdout + end.stderr


run("dbt.cli.main", "run", "--quiet")
validation = run("dbt_metricflow.cli.main", "validate-configs")
asked = ["--metrics", given["metrics"], "--group-by", "metric_time__month", "--csv", "months.csv"]
run("dbt_metricflow.cli.main", "query", *asked)
with (package / "months.csv").open(newline="") as file:
    rows = list(csv.DictReader(file))
months = {
    metric: {
        row["metric_time__month"][:10]: float(row[metric])
        for row in rows
        if row[metric] not in ("", "None", "nan")
    }
    for metric in given["metrics"].split(",")
}
sys.stdout.write(json.dumps({"validation": validation, "months": months}))
