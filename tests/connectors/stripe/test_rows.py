from collections import Counter
from datetime import UTC, date, datetime, timedelta
from math import ceil

from connectors.sandbox.balance_transactions import row
from connectors.sandbox.ledger import month_rows
from connectors.sandbox.stripe import KEY
from connectors.sdk.contract import Slice
from connectors.sdk.windows import Range
from connectors.stripe.source import BALANCE_TRANSACTIONS, StripeConnection

FIRST_OF_MARCH = Range(date(2026, 3, 1), date(2026, 3, 1))


def test_october_2026_comes_to_exactly_295000_dollars(account) -> None:
    october = Range(date(2026, 10, 1), date(2026, 10, 31))
    report = account.pulled(account.serve(), october)
    assert report.error is None
    assert len(report.committed) == 31
    net = sum(
        x["net_minor"]
        for x in account.rows(october)
        if x["currency"] == "usd" and x["type"] not in {"payout", "reserved_funds"}
    )
    assert net == 29_500_000


def test_each_page_is_asked_for_once_and_no_limit_is_hit(account) -> None:
    third_quarter = Range(date(2026, 7, 1), date(2026, 9, 30))
    server = account.serve(ceiling=30)
    report = account.pulled(server, third_quarter)
    assert report.error is None
    held = Counter(x["created_at"].date() for x in account.rows(third_quarter))
    first, slices = third_quarter.first, []
    while first <= third_quarter.last:
        slices.append(sum(held[first + timedelta(days=n)] for n in range(31)))
        first += timedelta(days=31)
    assert server.pages_asked == sum(ceil(rows / 100) for rows in slices)


def test_rows_of_one_second_are_all_there_where_a_page_ends_among_them(account) -> None:
    at = datetime(2026, 3, 1, 9, tzinfo=UTC)
    rows = [account.charge(n, at + timedelta(seconds=max(0, n - 130))) for n in range(250)]
    assert sum(x["created"] == rows[0]["created"] for x in rows) == 131
    account.pulled(account.serve(rows), FIRST_OF_MARCH)
    assert Counter(x["id"] for x in account.rows(FIRST_OF_MARCH)) == Counter(x["id"] for x in rows)


def test_a_row_that_is_booked_while_pages_are_read_moves_none_of_the_others(account) -> None:
    at = datetime(2026, 3, 1, 9, tzinfo=UTC)
    rows = [account.charge(n, at + timedelta(seconds=n)) for n in range(250)]
    server = account.serve(rows, hidden={rows[-1]["id"]})
    values = {"STRIPE_API_KEY": KEY, "STRIPE_API_BASE": server.address}
    connection = StripeConnection(values, account.unslept)
    day = Slice(BALANCE_TRANSACTIONS, FIRST_OF_MARCH.first, FIRST_OF_MARCH.last, connection.zone)
    ids: list[object] = []
    for page in connection.pages(day):
        ids += [x["id"] for x in page.rows]
        server.faults.hidden.clear()
    connection.close()
    assert Counter(ids) == Counter(x["id"] for x in rows[:-1])


def test_pulling_twice_gives_the_same_files(account) -> None:
    server = account.serve()
    week = Range(date(2026, 11, 17), date(2026, 11, 23), repull=True)

    def files() -> list[str]:
        return sorted(str(path) for path in account.lake.root.rglob("*=*/*.parquet"))

    account.pulled(server, week)
    before = files()
    report = account.pulled(server, week)
    assert len(report.committed) == 7
    assert files() == before
    assert len(before) == 1  # of the month


def test_a_row_that_shows_up_late_is_found_the_day_after(account) -> None:
    yesterday = Range(date(2026, 11, 23), date(2026, 11, 23))
    rows = [account.charge(n, datetime(2026, 11, 23, 23, 50 + n, tzinfo=UTC)) for n in range(3)]
    server = account.serve(rows, hidden={rows[2]["id"]})

    too_early = account.pulled(server, yesterday, now=datetime(2026, 11, 24, 0, 4, tzinfo=UTC))
    assert too_early.skipped == {"not over yet": 1}

    first = account.pulled(server, yesterday, now=datetime(2026, 11, 24, 0, 6, tzinfo=UTC))
    assert [x.settled for x in first.committed] == [False]
    assert len(account.rows(yesterday)) == 2

    server.faults.hidden.clear()
    second = account.pulled(server, yesterday, now=datetime(2026, 11, 25, 3, tzinfo=UTC))
    assert [x.settled for x in second.committed] == [True]
    assert len(account.rows(yesterday)) == 3

    third = account.pulled(server, yesterday, now=datetime(2026, 11, 25, 4, tzinfo=UTC))
    assert third.skipped == {"settled": 1}


def test_yen_and_dinars_keep_their_own_smallest_unit(account) -> None:
    at = datetime(2026, 3, 1, 9, tzinfo=UTC)
    yen = row("charge", "charge", "a", at, 12_345, 444, source="ch", currency="jpy")
    dinar = row("charge", "charge", "b", at, 7_891_230, 284_080, source="ch", currency="kwd")
    account.pulled(account.serve([yen, dinar]), FIRST_OF_MARCH)
    by_currency = {x["currency"]: x for x in account.rows(FIRST_OF_MARCH)}
    assert [by_currency["jpy"][k] for k in ("amount_minor", "fee_minor", "net_minor")] == [
        12_345,
        444,
        11_901,
    ]
    assert [by_currency["kwd"][k] for k in ("amount_minor", "fee_minor", "net_minor")] == [
        7_891_230,
        284_080,
        7_607_150,
    ]


def test_the_sample_company_s_foreign_months_hold_yen_and_dinars(account) -> None:
    february = Range(date(2026, 2, 1), date(2026, 2, 28))
    account.pulled(account.serve(), february)
    stored = {x["id"]: (x["currency"], x["amount_minor"]) for x in account.rows(february)}
    booked = {x["id"]: (x["currency"], x["amount"]) for x in month_rows((2026, 2))}
    assert stored == booked
    assert Counter(currency for currency, _ in stored.values())["jpy"] == 4
    assert all(amount % 10 == 0 for currency, amount in stored.values() if currency == "kwd")


def test_only_declared_columns_are_stored(account) -> None:
    at = datetime(2026, 3, 1, 9, tzinfo=UTC)
    account.pulled(
        account.serve([account.charge(1, at) | {"description": "for Jane Roe", "new_field": 1}]),
        FIRST_OF_MARCH,
    )
    assert list(account.rows(FIRST_OF_MARCH)[0]) == [
        "id",
        "created_at",
        "available_on",
        "type",
        "reporting_category",
        "currency",
        "amount_minor",
        "fee_minor",
        "net_minor",
        "exchange_rate",
        "source_id",
    ]
    assert not any(b"Jane" in path.read_bytes() for path in account.lake.root.rglob("*.parquet"))


def test_a_row_is_stored_as_stripe_gives_it(account) -> None:
    given = {
        "id": "txn_1",
        "object": "balance_transaction",
        "amount": 1234,
        "available_on": 1772668800,
        "balance_type": "payments",
        "created": 1772361296,
        "currency": "usd",
        "description": None,
        "exchange_rate": 0.0000125,
        "fee": 66,
        "fee_details": [],
        "net": 1168,
        "reporting_category": "charge",
        "source": None,
        "type": "payment",
    }
    account.pulled(account.serve([given]), FIRST_OF_MARCH)
    assert account.rows(FIRST_OF_MARCH) == [
        {
            "id": "txn_1",
            "created_at": datetime(2026, 3, 1, 10, 34, 56, tzinfo=UTC),
            "available_on": date(2026, 3, 5),
            "type": "payment",
            "reporting_category": "charge",
            "currency": "usd",
            "amount_minor": 1234,
            "fee_minor": 66,
            "net_minor": 1168,
            "exchange_rate": "0.0000125",
            "source_id": None,
        }
    ]


def test_a_movement_of_an_unknown_category_is_kept_and_in_doubt(account) -> None:
    at = datetime(2026, 3, 1, 9, tzinfo=UTC)
    rows = [account.charge(n, at) for n in range(3)]
    rows[1]["reporting_category"] = rows[2]["reporting_category"] = "brand_new"
    report = account.pulled(account.serve(rows), FIRST_OF_MARCH)
    assert report.rows == 3
    (finding,) = [x for manifest in report.committed for x in manifest.findings]
    assert (finding.what, finding.rows, finding.is_set_aside) == ("unknown_value", 2, False)
    assert (finding.day, finding.examples) == (FIRST_OF_MARCH.first, ("brand_new",))
