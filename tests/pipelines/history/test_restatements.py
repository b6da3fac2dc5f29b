"""The log of restatements: the same days with another number."""

from decimal import Decimal

from pipelines.history.restatements import log_restatements
from tests.pipelines.history.conftest import Believer, at

LOG = """
    select restated_at, old_value, new_value, change, old_status, new_status, published_at, why
    from okr.restatements
"""


def logged(believer: Believer) -> list[tuple[object, ...]]:
    log_restatements(believer.history, believer.warehouse)
    return list(believer.rows(LOG, of="warehouse"))


def test_a_published_figure_that_becomes_another_is_logged(believer: Believer) -> None:
    believer.kpis(at("2026-11-01"), {"value": 295_000})
    believer.kpis(at("2026-11-20"), {"value": "294100.50"})
    assert logged(believer) == [
        (
            at("2026-11-20"),
            Decimal(295_000),
            Decimal("294100.50"),
            Decimal("-899.50"),
            "complete",
            "complete",
            at("2026-11-01"),
            "net_revenue, month from 2026-10-01: 295000 became 294100.5 USD",
        )
    ]


def test_a_share_is_told_in_percent(believer: Believer) -> None:
    believer.kpis(at("2026-11-01"), {"value": "0.053067", "unit": "percent"})
    believer.kpis(at("2026-11-20"), {"value": "0.5", "unit": "percent"})
    [row] = logged(believer)
    assert row[-1] == "net_revenue, month from 2026-10-01: 5.3067 became 50 percent"


def test_an_open_month_that_grows_by_a_day_is_not_restated(believer: Believer) -> None:
    part = {"status": "partial", "value": 100, "data_through": "2026-10-20"}
    believer.kpis(at("2026-10-21"), part)
    believer.kpis(at("2026-10-22"), part | {"value": 110, "data_through": "2026-10-21"})
    assert logged(believer) == []


def test_a_change_of_status_alone_is_not_restated(believer: Believer) -> None:
    believer.kpis(at("2026-11-01"), {"value": 5, "status": "provisional"})
    believer.kpis(at("2026-11-09"), {"value": 5})
    assert logged(believer) == []


def test_days_that_were_missing_and_have_come_are_named_as_the_reason(believer: Believer) -> None:
    believer.kpis(at("2026-11-01"), {"value": 5, "trust": "missing_days", "status": "provisional"})
    believer.kpis(at("2026-11-02"), {"value": 7})
    [row] = logged(believer)
    assert row[-1] == (
        "net_revenue, month from 2026-10-01: 5 became 7 USD, as days that were missing have come"
    )


def test_a_member_is_named_and_a_value_that_is_lost_is_nothing(believer: Believer) -> None:
    eur = {"dimension": "currency", "member": "EUR", "unit": "EUR"}
    believer.kpis(at("2026-11-01"), eur | {"value": 20})
    believer.kpis(at("2026-11-02"), eur | {"value": None})
    [row] = logged(believer)
    assert row[2:4] == (None, None)
    assert row[-1] == "net_revenue, month from 2026-10-01, currency EUR: 20 became nothing EUR"


def test_a_period_that_was_over_and_lost_its_last_days_is_restated_and_again_when_they_are_back(
    believer: Believer,
) -> None:
    """The rows of the last ten days of October were deleted from the sheet, and came back."""
    believer.kpis(at("2026-11-01"), {"value": 310})
    believer.kpis(
        at("2026-11-20"),
        {"value": 210, "data_through": "2026-10-21", "trust": "missing_days", "status": "provisional"},
    )  # fmt: skip
    believer.kpis(at("2026-11-21"), {"value": 310})
    assert [row[-1] for row in logged(believer)] == [
        "net_revenue, month from 2026-10-01: 310 became 210 USD, as days that had come are gone",
        "net_revenue, month from 2026-10-01: 210 became 310 USD, as days that were missing have come",
    ]


def test_a_period_that_was_over_and_gets_its_last_days_late_is_not_restated(
    believer: Believer,
) -> None:
    late = {"value": 210, "data_through": "2026-10-21", "trust": "missing_days", "status": "provisional"}  # fmt: skip
    believer.kpis(at("2026-11-01"), late)
    believer.kpis(at("2026-11-05"), {"value": 310})
    assert logged(believer) == []


def month(number: int, value: int) -> dict[str, object]:
    """A month of 2026 with 30 days, or with 28."""
    days = 28 if number == 2 else 30
    end = f"2026-{number:02}-{days}"
    return {"period_start": f"2026-{number:02}-01", "period_end": end, "data_through": end, "value": value}  # fmt: skip


def test_a_month_between_others_whose_days_are_all_gone_became_nothing_and_is_told_when_it_is_back(
    believer: Believer,
) -> None:
    april, june, september = month(4, 40), month(6, 60), month(9, 90)
    believer.kpis(at("2026-11-01"), april, june, september)
    believer.kpis(at("2026-11-02"), april, september)
    believer.kpis(at("2026-11-03"), april, september)
    believer.kpis(at("2026-11-04"), april, june, september)
    assert [(row[0], *row[1:3], row[-1]) for row in logged(believer)] == [
        (
            at("2026-11-02"), Decimal(60), None,
            "net_revenue, month from 2026-06-01: 60 became nothing USD, as days that had come are gone",
        ),
        (
            at("2026-11-04"), None, Decimal(60),
            "net_revenue, month from 2026-06-01: nothing became 60 USD",
        ),
    ]  # fmt: skip


def test_a_first_or_last_month_that_is_gone_and_a_kpi_that_is_off_are_no_restatement(
    believer: Believer,
) -> None:
    """A later first day to pull, a clock that is a day back, and a KPI that was renamed."""
    april, june, september = month(4, 40), month(6, 60), month(9, 90)
    believer.kpis(at("2026-11-01"), april, june, september)
    believer.kpis(at("2026-11-02"), june, september)
    believer.kpis(at("2026-11-03"), june)
    believer.kpis(at("2026-11-04"))
    assert logged(believer) == []


def test_another_fiscal_calendar_rewrites_no_history(believer: Believer) -> None:
    # February of the calendar, and then the four weeks from Sunday, 1 February 2026
    february = {"period_start": "2026-02-01", "period_end": "2026-02-28", "value": 280,
                "data_through": "2026-02-28"}  # fmt: skip
    march = {"period_start": "2026-03-01", "period_end": "2026-03-31", "value": 310,
             "data_through": "2026-03-31"}  # fmt: skip
    five_weeks = march | {"period_end": "2026-04-04", "value": 350, "data_through": "2026-04-04"}
    believer.kpis(at("2026-04-06"), february, march)
    published = "select kpi, period_start, period_end, value, known_from from kpi_period_history order by all"
    before = believer.rows(published)
    believer.kpis(at("2026-04-07"), february, five_weeks)
    assert set(before) <= set(believer.rows(published))
    assert logged(believer) == []
    closed = believer.rows("select period_end from kpi_period_history where known_to is not null")
    assert [str(end) for (end,) in closed] == ["2026-03-31"]
