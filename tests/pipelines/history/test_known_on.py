"""The scorecard of an earlier day, as it was believed then."""

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from pipelines.publishing.published import (
    NothingPublishedError,
    PublishedScorecard,
    read_scorecard_known,
)
from pipelines.publishing.snapshot import publish
from tests.pipelines.history.conftest import GOAL, Believer, at, november

UTC = ZoneInfo("UTC")


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Believer:
    """36 deals were wanted on the 10th; on the 12th the target was raised to 72, and the 10th scored again."""
    believer = Believer(tmp_path_factory.mktemp("edited"))
    believer.scores(at("2026-11-10"), GOAL.format(target=36), november(9), date(2026, 11, 10))
    believer.scores(at("2026-11-12"), GOAL.format(target=72), november(11), date(2026, 11, 12))
    believer.scores(at("2026-11-12", 13), GOAL.format(target=72), november(9), date(2026, 11, 10))
    publish(
        believer.warehouse, believer.path / "okra.duckdb", {}, "v1.2.0", history=believer.history
    )
    return believer


def known(
    believer: Believer, day: int, as_of: int | None = None, zone: ZoneInfo = UTC
) -> PublishedScorecard:
    return read_scorecard_known(
        believer.path / "okra.duckdb",
        date(2026, 11, day),
        zone,
        None if as_of is None else date(2026, 11, as_of),
    )


def target_and_score(card: PublishedScorecard) -> tuple[object, object]:
    [row] = card.key_results
    return row["target"], row["score"]


def test_the_scorecard_of_a_day_is_the_one_that_was_believed_at_its_end(edited: Believer) -> None:
    card = known(edited, 10)
    assert card.as_of == date(2026, 11, 10)
    assert target_and_score(card) == (Decimal(36), Decimal("0.5"))


def test_a_day_without_a_run_shows_the_latest_scorecard_before_it(edited: Believer) -> None:
    card = known(edited, 11)
    assert (card.as_of, target_and_score(card)[0]) == (date(2026, 11, 10), Decimal(36))


def test_a_later_day_shows_the_goals_as_they_were_set_by_then(edited: Believer) -> None:
    card = known(edited, 12)
    # 22 of 72 deals
    assert (card.as_of, target_and_score(card)) == (
        date(2026, 11, 12),
        (Decimal(72), Decimal("0.305556")),
    )


def test_one_day_can_be_read_as_it_was_believed_on_another(edited: Believer) -> None:
    assert target_and_score(known(edited, 11, as_of=10)) == (Decimal(36), Decimal("0.5"))
    assert target_and_score(known(edited, 12, as_of=10)) == (Decimal(72), Decimal("0.25"))


def test_the_end_of_a_day_is_that_of_the_business_zone(edited: Believer) -> None:
    # noon of the 10th in UTC is the 11th already, two hours old, at the line's other side
    with pytest.raises(NothingPublishedError, match="no score was known on 2026-11-10"):
        known(edited, 10, zone=ZoneInfo("Pacific/Kiritimati"))
    assert known(edited, 11, zone=ZoneInfo("Pacific/Kiritimati")).as_of == date(2026, 11, 10)


def test_a_day_before_the_first_score_is_refused_with_the_first_day(edited: Believer) -> None:
    with pytest.raises(NothingPublishedError, match="first score was written on 2026-11-10"):
        known(edited, 9)


def test_every_version_is_published_with_its_time_and_its_meaning(edited: Believer) -> None:
    import duckdb

    with duckdb.connect(str(edited.path / "okra.duckdb"), read_only=True) as connection:
        versions = connection.execute(
            "select count(*), count(known_to) from key_result_score_history"
        ).fetchall()
        unsaid = connection.execute(
            "select column_name from duckdb_columns() where table_name like '%history' "
            "and coalesce(comment, '') = ''"
        ).fetchall()
    assert versions == [(3, 1)]
    assert unsaid == []
