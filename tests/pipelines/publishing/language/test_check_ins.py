"""What a person said, in words."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from pipelines.publishing.language.check_ins import check_in
from pipelines.publishing.language.language import Language

TODAY = date(2026, 11, 25)
SAID: dict[str, Any] = {
    "day": date(2026, 11, 20),
    "person": "ana@example.com",
    "confidence": Decimal("0.8"),
    "note": "Half of it is written",
    "decision": None,
}
WORDS = "ana@example.com, Nov 20: 80% sure. Half of it is written."


@pytest.mark.parametrize(
    "read_on",
    [{}, {"read_on": None}, {"read_on": TODAY}],
    ids=["published before it was kept", "of a file", "read today"],
)
def test_what_stands_in_a_file_or_was_read_today_is_said_alone(read_on: dict[str, Any]) -> None:
    assert check_in(SAID | read_on, Language("en"), TODAY) == WORDS


def test_of_a_sheet_that_could_not_be_read_again_it_is_said_how_old_it_is() -> None:
    row = SAID | {"read_on": date(2026, 11, 21)}
    assert check_in(row, Language("en"), TODAY) == f"{WORDS} (Their sheet was last read on Nov 21.)"
