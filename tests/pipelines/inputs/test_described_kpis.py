"""What the YAML beside a generated KPI model says."""

import yaml

from pipelines.inputs.generated_models import described_kpi
from pipelines.okr.kpi.kpi import Kpi


def test_a_distinct_count_by_account_still_says_which_columns_its_rows_have() -> None:
    meta = {"kind": "distinct", "unit": "people", "direction": "up", "owner": "a"}
    buyers = Kpi.declared("buyers", {**meta, "dimensions": ["channel"]}, "kpi_buyers")
    by_account = buyers.of_accounts()
    assert by_account.dimensions == ("account",), "there is no total of people by channel"
    [model] = yaml.safe_load(described_kpi(by_account))["models"]
    # the rows by channel are told from those of the whole by it
    assert model["config"]["meta"]["kpi"]["dimensions"] == ["channel"]
    assert "channel" in [column["name"] for column in model["columns"]]
