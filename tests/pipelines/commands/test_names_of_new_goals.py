"""What a new key result is called on the scorecard: its number is written for readers, and in the file for YAML."""

from pipelines.commands.scaffolding import NewObjective, okr
from pipelines.okr.kpi.kpi import Kpi


def test_a_large_number_has_commas_in_the_name_and_underscores_in_the_file() -> None:
    revenue = Kpi("revenue", "flow", "EUR", label="revenue")
    new = NewObjective(
        name="sell-more", kpi="revenue", target="5_012_000", period="2027-Q1", owner="a@b.example"
    )
    [text] = okr(new, {"revenue": revenue}, "okr_definitions", "2026-12").files.values()
    assert "revenue: at least 5,012,000" in text
    assert "    at_least: 5_012_000\n" in text
