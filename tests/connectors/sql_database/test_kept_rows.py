"""A row that is deleted from a table is told: what is kept of it would count for ever."""

from datetime import UTC, datetime

import pytest

from connectors.lake.lake import Lake
from connectors.lake.manifest import Finding
from tests.connectors.sql_database.conftest import Shop, april

NEXT = datetime(2026, 4, 10, 9, tzinfo=UTC)
MORNING = datetime(2026, 4, 9, 9, tzinfo=UTC)


def findings(lake: Lake) -> list[Finding]:
    manifests = lake.manifests("sql_database", "orders").values()
    return [finding for manifest in manifests for finding in manifest.findings]


def filled(shop: Shop) -> Shop:
    for number, day in (("a", 1), ("b", 3), ("c", 8)):
        shop.order(number, f"2026-04-0{day} 08:00:00")
    return shop


def test_an_order_that_is_deleted_is_told(shop: Shop, lake: Lake) -> None:
    assert april(filled(shop), lake, MORNING).error is None
    assert findings(lake) == []
    shop.run("DELETE FROM orders WHERE order_id = 'b'")
    assert april(shop, lake, NEXT).error is None
    [finding] = findings(lake)
    assert (finding.what, finding.is_set_aside) == ("differs_from_total", False)
    assert finding.message.startswith(
        "3 orders that changed since 2026-04-01 are kept, and SQL database has 2; "
        "deleted or merged there without a word: 1,"
    )


def test_a_table_that_was_emptied_is_told(shop: Shop, lake: Lake) -> None:
    april(filled(shop), lake, MORNING)
    shop.run("DELETE FROM orders")
    april(shop, lake, NEXT)
    [finding] = findings(lake)
    assert "and SQL database has 0; deleted or merged there without a word: 3," in finding.message


def test_orders_that_change_or_are_new_are_no_difference(shop: Shop, lake: Lake) -> None:
    april(filled(shop), lake, MORNING)
    shop.order("a", "2026-04-09 10:00:00", "paid")
    shop.order("d", "2026-04-09 23:59:59")
    april(shop, lake, NEXT)
    assert findings(lake) == []


def test_an_order_that_was_last_changed_before_the_first_day_is_not_counted(
    shop: Shop, lake: Lake
) -> None:
    shop.order("old", "2026-03-31 23:59:59")
    april(filled(shop), lake, MORNING)
    shop.run("DELETE FROM orders WHERE order_id = 'old'")
    april(shop, lake, NEXT)
    assert findings(lake) == []


@pytest.mark.parametrize("moment", ["2026-04-01 00:00:00", "2026-04-08 23:59:59"])
def test_the_first_and_last_second_are_counted(shop: Shop, lake: Lake, moment: str) -> None:
    shop.order("edge", moment)
    april(shop, lake, MORNING)
    assert findings(lake) == []
    shop.run("DELETE FROM orders")
    april(shop, lake, NEXT)
    assert len(findings(lake)) == 1


def test_an_order_that_was_committed_behind_the_reader_is_told(shop: Shop, lake: Lake) -> None:
    april(filled(shop), lake, MORNING)
    shop.order("late", "2026-04-02 08:00:00")  # a transaction that stayed open for a week
    april(shop, lake, NEXT)
    [finding] = findings(lake)
    assert (
        "3 orders that changed since 2026-04-01 are kept, and SQL database has 4; never came: 1"
        in (finding.message)
    )
