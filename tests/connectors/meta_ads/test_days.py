import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from urllib.parse import parse_qsl

import pytest

from connectors.sandbox.http_server import Reply
from connectors.sandbox.meta_ads import TOKEN
from connectors.sdk.windows import Range

OCTOBER_1 = Range(date(2026, 10, 1), date(2026, 10, 1))
QUARTER = Range(date(2026, 7, 1), date(2026, 9, 30))
TWO_YEARS = Range(date(2024, 12, 1), date(2026, 11, 23))


def answer(*rows: dict[str, object]) -> dict[int, Reply]:
    """The answer to the request for rows: the fifth, after account, report and two looks at it."""
    return {5: Reply(200, {"data": list(rows)})}


def test_the_third_quarter_of_2026_returns_4_2_times_what_it_cost(account) -> None:
    assert account.pulled(account.serve(), QUARTER).error is None
    rows = account.rows(QUARTER.first, QUARTER.last)
    spend = sum(row["spend"] for row in rows)
    assert sum(row["purchase_value"] for row in rows) == spend * Decimal("4.2")
    assert spend == 17_000
    assert {row["campaign_name"] for row in rows} == {
        "Prospecting", "Retargeting", "Green thingamajigs",
    }  # fmt: skip


def test_amounts_are_the_decimals_that_were_written_and_purchases_are_counted_once(
    account, row
) -> None:
    values = [
        {"action_type": "add_to_cart", "value": "900", "7d_click": "900"},
        {"action_type": "omni_purchase", "value": "80.30", "7d_click": "70.10"},
        {"action_type": "purchase", "value": "80.30", "7d_click": "70.10"},
        {"action_type": "offsite_conversion.fb_pixel_purchase", "value": "80.30", "7d_click": "70.10"},
    ]  # fmt: skip
    server = account.serve(replies=answer(row(action_values=values, spend="0.1", surprise="x")))
    account.pulled(server, OCTOBER_1)
    assert account.rows(OCTOBER_1.first) == [
        {
            "date": date(2026, 10, 1),
            "campaign_id": "7",
            "campaign_name": "Autumn",
            "currency": "USD",
            "impressions": 1000,
            "clicks": 20,
            "spend": Decimal("0.1"),
            "purchase_value": Decimal("70.1"),
            "attribution_window": "7d_click",
        }
    ]


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"action_values": [{"action_type": "add_to_cart", "value": "5", "7d_click": "5"}]},
        {"action_values": [{"action_type": "purchase", "value": "5", "1d_view": "5"}]},
    ],
    ids=["no action", "another action", "outside the window"],
)
def test_what_is_credited_with_no_purchase_brought_nothing(account, row, told) -> None:
    account.pulled(account.serve(replies=answer(row(**told))), OCTOBER_1)
    assert [x["purchase_value"] for x in account.rows(OCTOBER_1.first)] == [Decimal(0)]


def test_another_attribution_window_is_asked_for_and_kept_with_each_row(account) -> None:
    wanted = {}
    for window in ("1d_click", "7d_click", "28d_click"):
        server = account.serve()
        day_again = Range(OCTOBER_1.first, OCTOBER_1.last, repull=True)
        account.pulled(server, day_again, META_ADS_ATTRIBUTION_WINDOW=window)
        form = dict(parse_qsl(server.asked[1].body.decode()))
        assert json.loads(form["action_attribution_windows"]) == [window]
        assert {row["attribution_window"] for row in account.rows(OCTOBER_1.first)} == {window}
        wanted[window] = account.value(OCTOBER_1.first)
    assert wanted["1d_click"] < wanted["7d_click"] < wanted["28d_click"]


def test_a_day_grows_for_28_days_and_is_then_left_alone(account) -> None:
    day = Range(date(2026, 9, 1), date(2026, 9, 1))
    seen, settled = [], []
    for age in (1, 7, 28, 29):
        report = account.pulled(account.serve(day.first + timedelta(days=age)), day)
        seen.append(account.value(day.first))
        settled += [manifest.settled for manifest in report.committed]
    assert seen[0] < seen[1] < seen[2] < seen[3]
    assert settled == [False, False, False, True]
    after = account.pulled(account.serve(), day)
    assert after.skipped == {"settled": 1}
    account.pulled(account.serve(), Range(day.first, day.last, repull=True))
    assert account.value(day.first) == seen[3]


def test_two_years_are_nine_reports_in_pages_and_no_link_with_the_token_is_followed(
    account,
) -> None:
    server = account.serve()
    report = account.pulled(server, TWO_YEARS)
    assert report.error is None
    assert len(report.committed) == 723
    begun = [x for x in server.asked if x.method == "POST"]
    read = [x for x in server.asked if x.path.endswith("/insights") and x.method == "GET"]
    assert len(begun) == 9  # 723 days, 90 to a report
    totals = [x for x in read if x.params.get("level") == "account"]
    assert [x.params["limit"] for x in totals] == ["90"] * 8 + ["3"]
    for request in server.asked:
        assert "access_token" not in request.params
        assert TOKEN not in f"{request.path}{request.query}{request.body!r}"
        assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert {x.params["limit"] for x in read if x not in totals} == {"500"}


def test_a_report_of_many_pages_is_read_to_its_end(account, monkeypatch) -> None:
    monkeypatch.setattr("connectors.meta_ads.source.PAGE_ROWS", 7)
    server = account.serve()
    report = account.pulled(server, Range(date(2026, 10, 1), date(2026, 10, 10)))
    assert report.rows == 30  # three campaigns
    read = [
        x for x in server.asked if x.path.endswith("/insights") and x.params.get("limit") == "7"
    ]
    assert len(read) == 5
    assert len({x.params.get("after") for x in read}) == 5


def test_a_campaign_that_was_not_shown_has_no_row(account) -> None:
    account.pulled(account.serve(), Range(date(2025, 12, 31), date(2026, 1, 1)))
    holiday = [row["date"] for row in account.rows(date(2025, 12, 31), date(2026, 1, 1))
               if row["campaign_name"] == "Holiday 2025"]  # fmt: skip
    assert holiday == [date(2025, 12, 31)]


def test_days_are_the_accounts_and_so_is_the_currency(account) -> None:
    server = account.serve(timezone="America/Los_Angeles", currency="EUR")
    wanted = Range(date(2026, 11, 22), date(2026, 11, 23))
    # the 23rd is over at 08:00 UTC, and told of four hours later
    early = account.pulled(server, wanted, now=datetime(2026, 11, 24, 11, 59, tzinfo=UTC))
    assert [x.window for x in early.committed] == [date(2026, 11, 22)]
    late = account.pulled(server, wanted, now=datetime(2026, 11, 24, 12, 0, tzinfo=UTC))
    assert [x.window for x in late.committed] == [date(2026, 11, 22), date(2026, 11, 23)]
    assert {row["currency"] for row in account.rows(date(2026, 11, 23))} == {"EUR"}


def test_pulling_twice_gives_the_same_files(account) -> None:
    october = Range(date(2026, 10, 1), date(2026, 10, 31), repull=True)

    def files() -> list[str]:
        return sorted(str(path) for path in account.lake.root.rglob("*=*/*.parquet"))

    account.pulled(account.serve(), october)
    before = files()
    assert len(account.pulled(account.serve(), october).committed) == 31
    assert files() == before
    assert len(before) == 1  # of the month
