"""How each kind of KPI is rolled up. The quarter's figures are in conftest.py."""

from datetime import date, timedelta
from decimal import Decimal

from tests.models.reporting.conftest import AS_OF

DAY = timedelta(days=1)
JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)


def test_a_flow_is_summed_over_its_days_and_members(quarter) -> None:
    months = quarter.periods("sessions", "month")
    # 100 + 300 + 100; 200 + 1 000; 90
    assert [months[start].value for start in months.starts] == [500, 1_200, 90]
    (first,) = quarter.periods("sessions", "quarter").starts
    assert quarter.periods("sessions", "quarter")[first].value == 1_790
    channels = quarter.periods("sessions", "month", "channel")
    assert channels.of(JANUARY, "Organic").value == 400
    assert channels.of(JANUARY, "Paid").value == 100


def test_a_ratio_is_a_sum_over_a_sum_and_never_a_mean_of_ratios(quarter) -> None:
    january = quarter.periods("engagement_rate", "month")[JANUARY]
    # 40 + 60 + 60 of 100 + 300 + 100; the mean of its two days would be 0.35
    assert (january.numerator, january.denominator) == (160, 500)
    assert january.value == Decimal("0.32")
    channels = quarter.periods("engagement_rate", "month", "channel")
    assert channels.of(JANUARY, "Organic").value == Decimal("0.25")
    assert channels.of(JANUARY, "Paid").value == Decimal("0.6")
    # (160 + 600 + 45) / 1 790, to six decimals
    (whole,) = quarter.periods("engagement_rate", "quarter").rows.values()
    assert whole.value == Decimal("0.449721")


def test_a_ratio_over_zero_is_empty_and_not_zero(quarter) -> None:
    day = quarter.periods("engagement_rate", "day")[date(2026, 1, 11)]
    assert (day.value, day.numerator, day.denominator) == (None, 0, 0)
    month = quarter.periods("average_order_value", "month")[JANUARY]
    assert (month.value, month.numerator, month.denominator) == (None, 0, 0)


def test_a_stock_is_its_last_known_value(quarter) -> None:
    months = quarter.periods("page_likes", "month")
    # 1 000 on 25 January and one more each day; 28 February has no snapshot, so the 27th is read
    assert {start: months[start].value for start in months.starts} == {
        JANUARY: 1_006,
        FEBRUARY: 1_033,
        MARCH: 1_049,
    }


def test_a_missed_snapshot_is_not_filled_in(quarter) -> None:
    days = quarter.periods("page_likes", "day")
    assert date(2026, 2, 10) not in days
    assert (days[date(2026, 2, 9)].value, days[date(2026, 2, 11)].value) == (1_015, 1_017)


def test_a_distinct_count_is_what_was_reported_for_that_very_period(quarter) -> None:
    months = quarter.periods("site_visitors", "month")
    # 31 days of 40 visitors are 1 240 visits, and 500 people
    assert [months[start].value for start in months.starts] == [500, 620, 300]
    assert quarter.periods("site_visitors", "day")[date(2026, 1, 31)].value == 40
    kinds = quarter.column(
        "select distinct period from reporting.kpi_periods where kpi = 'site_visitors' order by 1"
    )
    assert kinds == ["day", "month"], "nobody was asked for a week or a quarter"


def test_a_day_that_was_pulled_and_empty_is_zero_and_one_that_was_not_pulled_is_nothing(
    quarter,
) -> None:
    assert quarter.periods("sessions", "day")[date(2026, 1, 11)].value == 0
    assert quarter.periods("units_sold", "month")[JANUARY].value == 0
    assert date(2026, 2, 10) not in quarter.periods("page_engagements", "day")
    assert quarter.periods("units_shipped", "year").starts == []


def test_a_day_that_was_pulled_without_a_value_is_nothing_and_not_zero(quarter) -> None:
    assert date(2026, 3, 1) not in quarter.periods("page_engagements", "day")
    assert MARCH not in quarter.periods("page_engagements", "month")
    assert quarter.periods("page_engagements", "month")[FEBRUARY].value == 270


def test_a_member_without_a_name_is_unknown_and_counts(quarter) -> None:
    assert quarter.periods("units_sold", "month")[FEBRUARY].value == 4
    colors = quarter.periods("units_sold", "month", "color")
    assert colors.of(FEBRUARY, "unknown").value == 3
    assert colors.of(FEBRUARY, "blue").value == 1


def test_a_day_is_there_when_every_stream_that_feeds_the_kpi_has_delivered_it(quarter) -> None:
    assert quarter.periods("customer_sales", "month")[MARCH].value == 10
    assert MARCH not in quarter.periods("units_sold", "month"), "of that day there are no lines"


def test_a_count_without_a_value_or_with_a_fraction_flags_its_period(quarter, tmp_path) -> None:
    changed = quarter.copy_to(tmp_path)
    changed.alter(
        "create or replace view kpis.kpi_site_visitors as "
        "select period, period_start, case "
        f"when period = 'month' and period_start = '{JANUARY}' then 500.5 "
        f"when period = 'day' and period_start = '{JANUARY + DAY}' then null else visitors end as value "
        "from marts.fct_visitors"
    )
    models = ("kpi_distinct", "kpi_coverage", "kpi_distinct_periods")
    changed.build(AS_OF, "--select", *models, "--exclude", "test_type:data")
    trust = dict(
        changed.rows(
            "select (period, period_start), trust from reporting_steps.kpi_distinct_periods "
            f"where kpi = 'site_visitors' and period_start < '{JANUARY + 3 * DAY}'"
        )
    )
    assert trust == {
        ("month", JANUARY): "fraction,thresholded",
        ("day", JANUARY): "ok",
        ("day", JANUARY + DAY): "empty_value",
        ("day", JANUARY + 2 * DAY): "ok",
    }
    flags = changed.rows(
        "select day, flags from reporting.kpi_coverage where kpi = 'site_visitors' "
        f"and day in ('{JANUARY}', '{JANUARY + DAY}') order by day"
    )
    assert [listed[0] for _, listed in flags] == ["fraction", "empty_value"]
