"""A few hundred sheets with something wrong; `make fuzz` reads 10,000."""

from collections import Counter
from datetime import timedelta
from random import Random

import pytest

from tests.connectors.spreadsheet.fuzz.good_sheets import good_sheet
from tests.connectors.spreadsheet.fuzz.harness import Misread, check, outcome_of
from tests.connectors.spreadsheet.fuzz.written import content_of


def test_no_sheet_is_misread() -> None:
    outcomes = Counter(check(seed) for seed in range(300))
    # some of each, or the sheets are too good or too bad to show anything
    assert min(outcomes["read"], outcomes["told"], outcomes["refused"]) > 20


@pytest.mark.parametrize("seed", range(5))
def test_a_wrong_figure_and_a_row_that_vanished_would_be_noticed(seed: int) -> None:
    sheet = good_sheet(Random(seed))
    content = content_of(sheet)
    assert outcome_of(sheet, content, "") == "read"
    row = sheet.rows[-1]
    column = next(iter(row.numbers))
    row.numbers[column] += 1
    with pytest.raises(Misread, match="was meant to be"):
        outcome_of(sheet, content, "")
    row.numbers[column] -= 1
    row.day += timedelta(days=1000)
    with pytest.raises(Misread, match="was meant by no row"):
        outcome_of(sheet, content, "")
    sheet.rows.append(sheet.rows[0])
    del sheet.rows[-2]
    with pytest.raises(Misread, match="was meant by no row"):
        outcome_of(sheet, content, "")
