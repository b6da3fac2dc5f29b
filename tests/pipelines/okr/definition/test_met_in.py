"""In how many of its windows a goal has to be met."""

from decimal import Decimal

import pytest

from pipelines.okr.definition.met_in import ALL, MetIn


@pytest.mark.parametrize(
    ("asked", "windows", "in_course", "needed"),
    [
        (ALL, 13, 13, 13),
        (MetIn(share=Decimal("0.9")), 13, 13, 12),  # 11.7
        (MetIn(share=Decimal("0.5")), 4, 13, 2),
        (MetIn(share=Decimal("0.01")), 4, 13, 1),
        (MetIn(count=10), 13, 13, 10),
        (MetIn(count=10), 6, 13, 5),  # 4.6 of the six that there are
        (MetIn(count=20), 13, 13, 13),
        (MetIn(count=1), 1, 13, 1),
        (MetIn(count=3), 0, 0, 0),
    ],
)
def test_so_many_windows_are_needed(asked, windows, in_course, needed):
    assert asked.needed(windows, in_course) == needed


def test_it_reads_as_it_is_written():
    texts = [str(x) for x in (ALL, MetIn(share=Decimal("0.8")), MetIn(count=10))]
    assert texts == ["all", "80 %", "10"]


@pytest.mark.parametrize(
    ("written", "text"),
    [("all", "all"), ("90 %", "90 %"), ("0.9", "90 %"), ("1", "1"), ("100 %", "all"), ("3", "3")],
)
def test_a_file_says_all_a_share_or_a_count(define, written, text):
    (objective,) = define(f"- {{id: it, kpi: deals, at_least: 5, per: week, met_in: {written}}}")
    assert str(objective.key_results[0].met_in) == text


@pytest.mark.parametrize("written", ["0", "0 %", "101 %", "-1", "2.5", "most"])
def test_what_is_no_number_of_windows_is_refused(define, written):
    with pytest.raises(AssertionError, match="is no number of windows"):
        define(f"- {{id: it, kpi: deals, at_least: 5, per: week, met_in: {written}}}")
