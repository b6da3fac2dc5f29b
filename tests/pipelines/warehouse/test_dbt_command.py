"""Lists of names that are too long for a variable of a started process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.warehouse.dbt_command import take_lists, with_lists_in_file

TOLD = """\
import os
from pipelines.warehouse.dbt_command import take_lists
take_lists()
print(len(os.environ["OKRA_KPIS"].split(",")), os.environ["OKRA_TIMEZONE"])
"""


def test_a_process_is_started_with_the_names_of_ten_thousand_kpis(tmp_path: Path) -> None:
    names = ",".join(f"revenue_of_branch_{number:06d}" for number in range(10_000))
    variables = {**os.environ, "OKRA_KPIS": names, "OKRA_TIMEZONE": "Europe/Madrid"}
    with pytest.raises(OSError, match="too long"):
        subprocess.run([sys.executable, "-c", TOLD], env=variables, check=True)
    environment = with_lists_in_file(variables, tmp_path / "target")
    assert not environment.keys() & {"OKRA_KPIS", "OKRA_LEFT_OUT"}
    done = subprocess.run(
        [sys.executable, "-c", TOLD], env=environment, check=True, capture_output=True, text=True
    )
    assert done.stdout.split() == ["10000", "Europe/Madrid"]


def test_a_process_without_the_file_keeps_its_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OKRA_LISTS_FILE", raising=False)
    monkeypatch.setenv("OKRA_KPIS", "mrr")
    take_lists()
    assert os.environ["OKRA_KPIS"] == "mrr"
