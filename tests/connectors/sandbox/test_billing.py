"""The sample company's subscriptions and invoices: their story hangs together (tests/oracles: their shape)."""

from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import pytest

from connectors.sandbox.invoices import cut_short, invoices_until
from connectors.sandbox.subscribers import months_later, subscriptions_until

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def invoices() -> tuple[dict[str, Any], ...]:
    return invoices_until(NOW)


def test_a_list_within_an_object_is_cut_after_ten(invoices: tuple[dict[str, Any], ...]) -> None:
    longest = max(invoices, key=lambda x: len(x["lines"]["data"]))
    sent = cut_short(longest, "lines")["lines"]
    assert len(longest["lines"]["data"]) in {12, 13}
    assert (len(sent["data"]), sent["has_more"]) == (10, True)
    assert not cut_short(invoices[0], "lines")["lines"]["has_more"]


def test_the_past_is_the_same_on_a_later_day(invoices: tuple[dict[str, Any], ...]) -> None:
    before = datetime(2026, 3, 1, tzinfo=UTC)
    in_march = {x["id"]: x["lines"] for x in invoices_until(before)}
    of_march_today = {x["id"]: x["lines"] for x in invoices if x["created"] < before.timestamp()}
    assert in_march == of_march_today


def test_a_few_hundred_customers_come_grow_shrink_go_and_come_back() -> None:
    subscriptions = subscriptions_until(NOW)
    per_customer = Counter(x.customer for x in subscriptions)
    assert 200 < len(per_customer) < 400
    assert sum(count > 1 for count in per_customer.values()) > 10
    ended = [x for x in subscriptions if x.ended_at and x.ended_at < NOW]
    assert 50 < len(ended) < 200
    changes = Counter(
        (sum(after.quantities) > sum(before.quantities))
        - (sum(after.quantities) < sum(before.quantities))
        for x in subscriptions
        for before, after in zip(x.terms, x.terms[1:], strict=False)
    )
    assert changes[1] > 50
    assert changes[-1] > 20
    assert {x.currency for x in subscriptions} == {"usd", "jpy", "kwd"}


def test_each_term_begins_where_the_one_before_ended() -> None:
    for subscription in subscriptions_until(NOW):
        for before, after in zip(subscription.terms, subscription.terms[1:], strict=False):
            assert before.end == after.start
            assert not before.is_last


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 1, 31), 2, date(2026, 3, 31)),
        (date(2026, 12, 5), 1, date(2027, 1, 5)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2025, 11, 30), 1, date(2025, 12, 30)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last(start: date, count: int, end: date) -> None:
    at = datetime(start.year, start.month, start.day, 7, tzinfo=UTC)
    assert months_later(at, count) == datetime(end.year, end.month, end.day, 7, tzinfo=UTC)


def test_the_newest_invoices_are_not_final_yet() -> None:
    invoice = next(x for x in invoices_until(NOW) if x["status"] == "paid")
    made = datetime.fromtimestamp(invoice["created"], UTC)
    statuses = []
    for minutes in (30, 62, 90):
        later = datetime.fromtimestamp(invoice["created"] + 60 * minutes, UTC)
        (looked_up,) = [x for x in invoices_until(later) if x["id"] == invoice["id"]]
        statuses.append(looked_up["status"])
    assert statuses == ["draft", "open", "paid"]
    assert made < NOW
