"""Days of runs in which everything changes and comes back: no belief is lost, none overlaps, nothing is invented."""

import shutil
from pathlib import Path
from random import Random

import duckdb
import pytest

from pipelines.history.restoring import ensure_history
from tests.chaos.year_of_beliefs import Year
from tests.pipelines.history.conftest import at


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Year:
    """Ten days of it; `python -m tests.chaos.year` lives all."""
    lived = Year(tmp_path_factory.mktemp("year"), Random(7), haste=5)
    lived.live(10)
    return lived


def test_what_was_published_is_still_to_be_read_as_of_each_day(year: Year) -> None:
    assert len(year.events) > 5
    assert [*year.memory.wrong_in(year.believer.history)] == []
    assert year.restated() == year.memory.restatements()


def test_a_belief_that_was_lost_would_be_noticed(year: Year, tmp_path: Path) -> None:
    """The check itself: an ended version is removed, and another is stretched over its neighbour."""
    history = shutil.copy(year.believer.history, tmp_path)
    ended = "(select min(rowid) from kpi_period_history where known_to is not null)"
    with duckdb.connect(str(history)) as connection:
        connection.execute(f"delete from kpi_period_history where rowid = {ended}")
    assert len([*year.memory.wrong_in(history)]) >= 1
    with duckdb.connect(str(history)) as connection:
        connection.execute(f"update kpi_period_history set known_to = null where rowid = {ended}")
    with pytest.raises(AssertionError, match="twice"):
        [*year.memory.wrong_in(history)]


def test_the_index_is_the_same_after_it_is_made_again_from_the_log(year: Year) -> None:
    history = year.believer.history
    history.unlink()
    ensure_history(history, year.published, at("2026-12-31"), year.believer.lake)
    assert [*year.memory.wrong_in(history)] == []
