"""A row that was committed behind the reader is told, however many others came since."""

from datetime import UTC, datetime

from connectors.lake.lake import Lake
from tests.connectors.sql_database.conftest import Shop, april

MORNING, NEXT = datetime(2026, 4, 9, 9, tzinfo=UTC), datetime(2026, 4, 10, 9, tzinfo=UTC)


def messages(lake: Lake) -> list[str]:
    manifests = lake.manifests("sql_database", "orders").values()
    return [finding.message for manifest in manifests for finding in manifest.findings]


def test_a_busy_day_hides_no_order_that_never_came(shop: Shop, lake: Lake) -> None:
    """Two orders of the second come late; five of yesterday came in time."""
    shop.order("a", "2026-04-01 08:00:00")
    assert april(shop, lake, MORNING).error is None
    for number in range(2):
        shop.order(f"late-{number}", "2026-04-02 08:00:00")
    for number in range(5):
        shop.order(f"new-{number}", "2026-04-09 20:00:00")
    assert april(shop, lake, NEXT).error is None
    [message] = messages(lake)
    assert "6 orders that changed since 2026-04-01 are kept" in message
    assert "SQL database has 8; never came: 2; pull the days since then again" in message


def test_orders_of_a_busy_day_are_not_missed_where_all_came(shop: Shop, lake: Lake) -> None:
    shop.order("a", "2026-04-01 08:00:00")
    april(shop, lake, MORNING)
    for number in range(5):
        shop.order(f"new-{number}", "2026-04-09 20:00:00")
    shop.order("a", "2026-04-09 21:00:00", "paid")
    april(shop, lake, NEXT)
    assert messages(lake) == []
