from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest

from connectors.sandbox.balance_transactions import fee_of, gross_of
from connectors.sandbox.figures import NET_REVENUE_CENTS, Month, month_after
from connectors.sandbox.ledger import charges, month_rows, rows_until

MONTHS = [(2024, 12), *[(year, month) for year in (2025, 2026) for month in range(1, 13)]]


@pytest.mark.parametrize("month", MONTHS)
def test_the_net_of_every_month_is_its_figure_to_the_cent(month: Month) -> None:
    net = sum(
        row["net"]
        for row in month_rows(month)
        if row["currency"] == "usd" and row["type"] not in {"payout", "reserved_funds"}
    )
    if month in NET_REVENUE_CENTS:
        assert net == NET_REVENUE_CENTS[month]
    else:  # a year or two before a month that is written down, at 18 % growth a year
        years = 2026 - month[0]
        assert net == round(NET_REVENUE_CENTS[2026, month[1]] / 1.18**years)


def test_two_years_are_about_fifteen_thousand_movements_of_every_kind() -> None:
    rows = rows_until(datetime(2026, 11, 24, 9, tzinfo=UTC))
    kinds = Counter((row["type"], row["reporting_category"]) for row in rows)
    assert 14_000 < len(rows) < 16_000
    assert len({row["id"] for row in rows}) == len(rows)
    assert kinds.keys() == {
        ("charge", "charge"),
        ("payment", "charge"),
        ("refund", "refund"),
        ("payment_refund", "refund"),
        ("adjustment", "dispute"),
        ("adjustment", "dispute_reversal"),
        ("stripe_fee", "fee"),
        ("payout", "payout"),
        ("reserved_funds", "risk_reserved_funds"),
    }
    assert kinds["adjustment", "dispute"] > kinds["adjustment", "dispute_reversal"] > 10


def test_the_rows_of_a_day_are_the_same_whatever_day_they_are_read_on() -> None:
    earlier = rows_until(datetime(2026, 11, 10, 9, tzinfo=UTC))
    later = rows_until(datetime(2026, 11, 24, 9, tzinfo=UTC))
    assert later[: len(earlier)] == earlier
    assert (
        max(row["created"] for row in earlier) < datetime(2026, 11, 10, 9, tzinfo=UTC).timestamp()
    )
    assert rows_until(datetime(2024, 12, 1, tzinfo=UTC)) == []


def test_rows_are_oldest_first_and_in_their_month() -> None:
    for month in MONTHS:
        created = [row["created"] for row in month_rows(month)]
        assert created == sorted(created)
        assert datetime(*month, 1, tzinfo=UTC).timestamp() <= created[0]
        assert created[-1] < datetime(*month_after(month, 1), 1, tzinfo=UTC).timestamp()


def test_what_is_left_of_a_movement_is_its_amount_less_its_fees() -> None:
    for row in rows_until(datetime(2026, 11, 24, tzinfo=UTC)):
        assert row["net"] == row["amount"] - row["fee"]
        assert sum(detail["amount"] for detail in row["fee_details"]) == row["fee"]
        if row["type"] in {"charge", "payment"} and row["currency"] == "usd":
            assert row["amount"] > 100
            assert row["fee"] == fee_of(row["amount"])
        if row["reporting_category"] == "dispute":
            assert row["fee"] == 15_00
            assert row["amount"] < 0


def test_the_fee_is_2_9_percent_and_30_cents() -> None:
    assert fee_of(100_00) == 3_20
    assert fee_of(50) == 31  # 1.45 cents of it are the share
    assert fee_of(5_00) == 45  # 14.5 cents, half a cent up
    for net in range(1, 3_000):
        assert gross_of(net) - fee_of(gross_of(net)) == net


def test_nothing_is_given_back_before_it_was_paid_or_beyond_what_was_paid() -> None:
    late = 0
    for month in MONTHS:
        for charge in charges(month):
            if charge.refunded_at:
                assert 0 < charge.refund <= charge.amount
                assert charge.at < charge.refunded_at < charge.at + timedelta(days=191)
                late += charge.refunded_at - charge.at > timedelta(days=60)
            if charge.won_at:
                assert charge.disputed_at
                assert charge.at < charge.disputed_at < charge.won_at
    assert late > 20


def test_every_refund_and_dispute_that_was_drawn_is_booked_once() -> None:
    """Fates are looked for some months back: none may fall out at either end."""
    end = datetime(2026, 12, 31, tzinfo=UTC)
    drawn = sum(
        bool(at and at < end)
        for month in MONTHS
        for charge in charges(month)
        for at in (charge.refunded_at, charge.disputed_at, charge.won_at)
    )
    booked = Counter(row["reporting_category"] for row in rows_until(end))
    assert drawn == booked["refund"] + booked["dispute"] + booked["dispute_reversal"]


def test_a_won_dispute_gives_back_what_the_lost_one_took_and_keeps_the_fee() -> None:
    rows = rows_until(datetime(2026, 11, 24, tzinfo=UTC))
    lost = {x["source"]: x for x in rows if x["reporting_category"] == "dispute"}
    won = [x for x in rows if x["reporting_category"] == "dispute_reversal"]
    for row in won:
        assert row["amount"] == -lost[row["source"]]["amount"]
        assert row["fee"] == 0
        assert row["created"] > lost[row["source"]]["created"]


def test_payouts_are_the_dollars_that_became_available_in_the_week_before() -> None:
    rows = rows_until(datetime(2026, 11, 24, tzinfo=UTC))
    payouts = {
        datetime.fromtimestamp(x["created"], UTC).date(): -x["net"]
        for x in rows
        if x["type"] == "payout"
    }
    weeks: defaultdict[date, int] = defaultdict(int)
    for row in rows:
        if row["type"] != "payout" and row["currency"] == "usd":
            available = datetime.fromtimestamp(row["available_on"], UTC).date()
            weeks[available + timedelta(days=-available.weekday() % 7)] += row["net"]
    assert payouts == {monday: total for monday, total in weeks.items() if monday in payouts}
    assert (
        len(payouts) == 103
    )  # every Monday from 9 December 2024 (nothing was there a week earlier)


def test_weekends_are_quiet_and_the_end_of_a_month_is_busy() -> None:
    per_day: Counter[date] = Counter(
        datetime.fromtimestamp(row["created"], UTC).date()
        for row in rows_until(datetime(2026, 11, 1, tzinfo=UTC))
        if row["reporting_category"] == "charge"
    )
    weekdays = [count for day, count in per_day.items() if day.weekday() < 5]
    weekends = [count for day, count in per_day.items() if day.weekday() >= 5]
    ends = [n for day, n in per_day.items() if day.weekday() < 5 and (day + timedelta(3)).day <= 3]
    assert sum(weekends) / len(weekends) < 0.6 * sum(weekdays) / len(weekdays)
    assert sum(ends) / len(ends) > 1.15 * sum(weekdays) / len(weekdays)
    assert 15 < sum(per_day.values()) / len(per_day) < 25


def test_yen_and_dinars_are_in_three_months_only() -> None:
    foreign = [
        (datetime.fromtimestamp(row["created"], UTC).strftime("%Y-%m"), row["currency"], row)
        for row in rows_until(datetime(2026, 12, 31, tzinfo=UTC))
        if row["currency"] != "usd"
    ]
    months = Counter((month, currency) for month, currency, _ in foreign)
    assert months == {
        (month, currency): count
        for month in ("2025-10", "2025-11", "2026-02")
        for currency, count in (("jpy", 4), ("kwd", 3))
    }
    for _, currency, row in foreign:
        if currency == "kwd":
            assert [row[name] % 10 for name in ("amount", "fee", "net")] == [0, 0, 0]


def test_a_few_charges_were_paid_in_euros_and_settled_in_dollars() -> None:
    rows = rows_until(datetime(2026, 11, 24, tzinfo=UTC))
    converted = [row for row in rows if row["exchange_rate"] is not None]
    assert {row["currency"] for row in converted} == {"usd"}
    assert {row["reporting_category"] for row in converted} == {"charge"}
    assert 0.04 < len(converted) / len(rows) < 0.08
