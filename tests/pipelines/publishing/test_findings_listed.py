"""The order in which what is wrong is listed: readers see the first few of it."""

from pathlib import Path

import duckdb

from pipelines.publishing.published import read_findings
from pipelines.tables.findings import FINDINGS, FindingRow


def test_a_cause_with_many_findings_hides_no_other_one(tmp_path: Path) -> None:
    many = [
        FindingRow(
            what="two_values", source="spreadsheet", stream="kpi_values", place=f"row {row}",
            message="two rows of one day", kpis=["meals"],
        )
        for row in range(10, 30)
    ]  # fmt: skip
    other_kpi = FindingRow(
        what="two_values", source="spreadsheet", stream="kpi_values", place="row 50",
        message="two rows of one day", kpis=["visits"],
    )  # fmt: skip
    warned = FindingRow(what="clock_behind", place="clock", message="behind", is_fault=False)
    failed = FindingRow(what="unknown_value", source="zendesk", stream="tickets", place="ticket",
                        message="a status that is none")  # fmt: skip
    path = tmp_path / "okra.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"create schema {FINDINGS.schema}")
        FINDINGS.replace(connection, [*many, warned, failed, other_kpi])
        connection.execute(f"create view main.findings as select * from {FINDINGS.schema}.findings")
    listed = [finding["place"] for finding in read_findings(path)]
    assert listed[:4] == ["row 10", "row 50", "ticket", "row 11"]
    assert listed[-1] == "clock"
    assert len(listed) == 23
