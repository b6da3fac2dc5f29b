"""Of what changes at the source, staging keeps the newest version of each key."""

from datetime import UTC, date, datetime

import pytest

FIFTH, NINTH = date(2026, 1, 5), date(2026, 1, 9)


def at(day: int, hour: int = 12) -> datetime:
    """An hour of a day of January 2026, in UTC."""
    return datetime(2026, 1, day, hour, tzinfo=UTC)


@pytest.fixture(scope="session")
def versions(built):
    """A warehouse that has seen rows change from one window to another."""

    def make(warehouse) -> None:
        def commit(stream: str, day: date, *rows: dict[str, object]) -> None:
            warehouse.lake.window("sql_database", stream, day, rows)

        def order(name: str, status: str, updated_at: datetime) -> dict[str, object]:
            return {"order_id": name, "status": status, "updated_at": updated_at}

        commit(
            "orders",
            FIFTH,
            order("cancelled later", "placed", at(5)),
            order("written late", "shipped", at(5, 18)),
            order("written twice in an instant", "placed", at(5)),
            order("never changed", "paid", at(5)),
        )
        commit(
            "orders",
            NINTH,
            order("cancelled later", "cancelled", at(9)),
            # an old version that only became visible now
            order("written late", "placed", at(5, 6)),
            order("written twice in an instant", "paid", at(5)),
        )

        def line(number: int, quantity: int, updated_at: datetime) -> dict[str, object]:
            return {
                "order_id": "never changed",
                "line_number": number,
                "quantity": quantity,
                "updated_at": updated_at,
            }

        commit("order_lines", FIFTH, line(1, 10, at(5)), line(2, 20, at(5)))
        commit("order_lines", NINTH, line(2, 25, at(9)))
        parcel = {"shipment_id": "S", "order_id": "never changed"}
        commit("shipments", FIFTH, parcel | {"shipped_at": None, "updated_at": at(5)})
        commit("shipments", NINTH, parcel | {"shipped_at": at(9, 8), "updated_at": at(9)})
        warehouse.build(date(2026, 1, 10), "--select", "staging.sql_database")

    # a folder that must be quoted wherever SQL names it
    return built("the shop's versions", make)


def test_an_order_is_in_its_newest_version_whichever_window_that_is_in(versions) -> None:
    orders = versions.rows("select order_id, status from staging.stg_sql_database__orders")
    assert dict(orders) == {
        "cancelled later": "cancelled",
        "written late": "shipped",
        # of equally new versions, the one of the later window
        "written twice in an instant": "paid",
        "never changed": "paid",
    }
    assert len(orders) == 4, "one row an order"


def test_all_versions_stay_below(versions) -> None:
    assert versions.column("select count(*) from staging.base_sql_database__orders") == [7]


def test_each_line_of_an_order_has_versions_of_its_own(versions) -> None:
    lines = versions.rows(
        "select line_number, quantity from staging.stg_sql_database__order_lines order by 1"
    )
    assert lines == [(1, 10), (2, 25)]


def test_a_shipment_leaves_when_its_newest_version_says_so(versions) -> None:
    moments = versions.column("select shipped_at from staging.stg_sql_database__shipments")
    assert moments == [at(9, 8)]
