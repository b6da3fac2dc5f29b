"""The business zone is changed, and back: what was predicted stays predicted."""

from datetime import date
from pathlib import Path

import pytest

from pipelines.history.predictions import write_predictions
from tests.pipelines.history.conftest import GOAL, Believer, at, november

KIRITIMATI = "Pacific/Kiritimati"
"""14 hours ahead: noon in UTC is two o'clock of the next day."""
ISSUED = "select issued_on from okr.predictions where kind = 'key_result' order by 1"


@pytest.fixture
def believer(tmp_path: Path) -> Believer:
    return Believer(tmp_path)


def run(believer: Believer, now: str, day: int, zone: str) -> list[int]:
    """The days of the predictions after a run that plays a day of November."""
    as_of = date(2026, 11, day)
    believer.zone = zone
    believer.scores(at(now), GOAL.format(target=60), november(day - 1), as_of, odds="0.8")
    write_predictions(believer.history, believer.warehouse, zone)
    return [issued.day for (issued,) in believer.rows(ISSUED, of="warehouse")]


def test_predictions_outlive_a_change_of_the_zone(believer: Believer) -> None:
    assert run(believer, "2026-11-10", 10, "UTC") == [10]
    assert run(believer, "2026-11-11", 12, KIRITIMATI) == [10, 12]
    assert run(believer, "2026-11-12", 13, KIRITIMATI) == [10, 12, 13]
    assert run(believer, "2026-11-14", 14, "UTC") == [10, 12, 13, 14]
    assert run(believer, "2026-11-16", 15, "UTC") == [10, 12, 13, 14], "a past day, played again"
