"""Ratings are kept by the day they were given, whichever of the two lists an account has."""

from datetime import UTC, date, datetime, timedelta

import pytest

from connectors.sandbox.zendesk import RATINGS, SETTINGS, SURVEYS
from connectors.sandbox.zendesk_objects import GROUP, rating_row, survey_row
from connectors.sdk.errors import Rejected
from connectors.sdk.windows import Range

FIRST_OF_MARCH = Range(date(2026, 3, 1), date(2026, 3, 1))
NINE = datetime(2026, 3, 1, 9, tzinfo=UTC)
STREAM = "satisfaction_ratings"


def last_words(rows: list[dict[str, object]]) -> list[object]:
    """The newest score of each ticket."""
    newest = {row["ticket_id"]: row for row in sorted(rows, key=lambda row: row["created_at"])}
    return [row["score"] for row in newest.values() if row["score"] in {"good", "bad"}]


def test_a_rating_is_stored_without_its_comment(account) -> None:
    account.pulled(account.serve([], [rating_row(5, 7, NINE, "good")]), STREAM, FIRST_OF_MARCH)
    assert account.rows(STREAM, FIRST_OF_MARCH) == [
        {
            "id": "5",
            "created_at": NINE,
            "updated_at": NINE,
            "score": "good",
            "ticket_id": "7",
            "group_id": str(GROUP),
        }
    ]
    written = b"".join(path.read_bytes() for path in account.lake.root.rglob("*") if path.is_file())
    assert b"Thank you!" not in written


def test_144_of_150_answers_in_the_first_quarter_are_good(account) -> None:
    quarter = Range(date(2026, 1, 1), date(2026, 3, 31))
    report = account.pulled(account.serve(), STREAM, quarter)
    assert report.error is None
    words = last_words(account.rows(STREAM, quarter))
    assert (words.count("good"), words.count("bad")) == (144, 6)


def test_pages_join_without_gap_or_repeat(account) -> None:
    rows = [rating_row(n, n, NINE + timedelta(seconds=n // 120), "good") for n in range(1, 351)]
    server = account.serve([], rows)
    account.pulled(server, STREAM, FIRST_OF_MARCH)
    ids = sorted(int(str(name)) for name in account.ids(STREAM, date(2026, 3, 1)))
    assert ids == list(range(1, 351))
    assert len(server.asked_for(RATINGS)) == 4


@pytest.mark.parametrize("found_by", ["created_at", "updated_at"])
def test_a_rating_is_there_once_by_whichever_of_its_times_it_is_found(account, found_by) -> None:
    slow = timedelta(days=27)
    rows = [
        rating_row(1, 1, NINE, "good", updated=NINE + slow),
        rating_row(2, 2, NINE - timedelta(days=1), "bad", updated=NINE),
        rating_row(3, 3, NINE + timedelta(days=1), "good"),
    ]
    server = account.serve([], rows, found_by=found_by)
    for day in (date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 2)):
        account.pulled(server, STREAM, Range(day, day))
    assert account.ids(STREAM, date(2026, 2, 28)) == ["2"]
    assert account.ids(STREAM, date(2026, 3, 1)) == ["1"]
    assert account.ids(STREAM, date(2026, 3, 2)) == ["3"]


def test_a_rating_that_was_changed_in_place_is_read_again_for_four_weeks(account) -> None:
    given = datetime(2026, 10, 30, 9, tzinfo=UTC)
    day = Range(date(2026, 10, 30), date(2026, 10, 30))
    before = account.serve([], [rating_row(1, 1, given, "bad")])
    account.pulled(before, STREAM, day)
    after = account.serve([], [rating_row(1, 1, given, "good", updated=given + timedelta(days=20))])
    report = account.pulled(after, STREAM, day)
    assert [row["score"] for row in account.rows(STREAM, day)] == ["good"]
    assert [manifest.settled for manifest in report.committed] == [False]
    late = datetime(2026, 11, 28, 12, tzinfo=UTC)
    (manifest,) = account.pulled(after, STREAM, day, now=late).committed
    assert manifest.settled


def test_a_survey_counts_on_the_day_it_was_answered(account) -> None:
    sent = datetime(2026, 2, 10, 9, tzinfo=UTC)
    rows = [
        survey_row(1, 7, sent, ((NINE, "good"),)),
        survey_row(2, 8, NINE),  # not answered yet
        survey_row(3, 9, sent, ((NINE - timedelta(days=2), "bad"),)),
    ]
    server = account.serve([], [rating_row(1, 7, NINE, "good")], rows)
    account.pulled(server, STREAM, FIRST_OF_MARCH, ZENDESK_CSAT="surveys")
    assert account.rows(STREAM, FIRST_OF_MARCH) == [
        {
            "id": rows[0]["id"],
            "created_at": NINE,
            "updated_at": NINE,
            "score": "good",
            "ticket_id": "7",
            "group_id": None,
        }
    ]
    (request,) = server.asked_for(SURVEYS)
    first_of_february = datetime(2026, 2, 1, tzinfo=UTC).timestamp()
    assert request.params["filter[created_at_start]"] == str(int(first_of_february) * 1000)
    assert server.asked_for(RATINGS) == []


def test_the_sample_company_s_surveys_say_what_its_ratings_say(account) -> None:
    quarter = Range(date(2026, 1, 1), date(2026, 3, 31))
    server = account.serve()
    account.pulled(server, STREAM, quarter)
    by_ratings = last_words(account.rows(STREAM, quarter))
    account.pulled(server, STREAM, Range(quarter.first, quarter.last, repull=True),
                   ZENDESK_CSAT="surveys")  # fmt: skip
    by_surveys = [row["score"] for row in account.rows(STREAM, quarter)]
    # a survey keeps the day of its first answer; nobody changed their mind across the end of this quarter
    assert sorted(by_surveys) == sorted(by_ratings)


def test_where_ratings_are_switched_off_none_is_an_error_and_not_an_empty_day(account) -> None:
    report = account.pulled(account.serve([], [], ratings_on=False), STREAM, FIRST_OF_MARCH)
    assert isinstance(report.error, Rejected)
    assert "ZENDESK_CSAT" in report.error.remedy
    assert report.committed == []


def test_a_day_on_which_nobody_answered_is_an_empty_one(account) -> None:
    report = account.pulled(account.serve([], []), STREAM, FIRST_OF_MARCH)
    assert report.error is None
    assert [manifest.rows for manifest in report.committed] == [0]


def test_a_token_that_may_not_read_the_settings_reads_empty_days_as_they_are(account) -> None:
    server = account.serve([], [], ratings_on=False, forbidden=frozenset({SETTINGS}))
    report = account.pulled(server, STREAM, FIRST_OF_MARCH, ZENDESK_TIMEZONE="UTC")
    assert report.error is None


@pytest.mark.parametrize(("csat", "path"), [("ratings", RATINGS), ("surveys", SURVEYS)])
def test_a_plan_without_it_is_an_error_and_not_an_empty_day(account, csat, path) -> None:
    server = account.serve([], [], [], missing=frozenset({path}))
    report = account.pulled(server, STREAM, FIRST_OF_MARCH, ZENDESK_CSAT=csat)
    assert isinstance(report.error, Rejected)
    assert "Suite Growth" in report.error.remedy
    assert report.committed == []
