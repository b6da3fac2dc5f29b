"""Where periods begin and end: leap day, ISO week 53, fiscal years. Each day has one session, so a sum counts days."""

from datetime import date


def counted(warehouse, period: str) -> dict[str, tuple[str, int, str]]:
    """Last day, sum and status of each period by its first day."""
    rows = warehouse.periods("sessions", period).rows.values()
    return {str(r.period_start): (str(r.period_end), int(r.value), r.status) for r in rows}


def test_february_of_a_leap_year_has_29_days(leap_year) -> None:
    assert counted(leap_year, "month")["2020-02-01"] == ("2020-02-29", 29, "complete")
    assert counted(leap_year, "day")["2020-02-29"] == ("2020-02-29", 1, "complete")
    march = leap_year.periods("sessions", "month")[date(2020, 3, 1)]
    assert (march.value, march.previous_value) == (31, 29)


def test_a_calendar_year_has_its_quarters_and_halves(leap_year) -> None:
    assert counted(leap_year, "quarter") == {
        "2020-01-01": ("2020-03-31", 91, "complete"),  # 31 + 29 + 31
        "2020-04-01": ("2020-06-30", 91, "complete"),
        "2020-07-01": ("2020-09-30", 92, "complete"),
        "2020-10-01": ("2020-12-31", 92, "complete"),
        "2021-01-01": ("2021-03-31", 10, "partial"),
    }
    assert counted(leap_year, "half") == {
        "2020-01-01": ("2020-06-30", 182, "complete"),
        "2020-07-01": ("2020-12-31", 184, "complete"),
        "2021-01-01": ("2021-06-30", 10, "partial"),
    }
    assert counted(leap_year, "year") == {
        "2020-01-01": ("2020-12-31", 366, "complete"),
        "2021-01-01": ("2021-12-31", 10, "partial"),
    }


def test_a_week_is_iso_and_the_53rd_reaches_into_the_next_year(leap_year) -> None:
    weeks = counted(leap_year, "week")
    assert weeks["2020-12-21"] == ("2020-12-27", 7, "complete")
    assert weeks["2020-12-28"] == ("2021-01-03", 7, "complete"), "week 53 of 2020"
    assert weeks["2021-01-04"] == ("2021-01-10", 7, "complete"), "week 1 of 2021"
    after = leap_year.periods("sessions", "week")[date(2021, 1, 4)]
    assert after.previous_value == 7
    # Monday 30 December 2019 and the 31st were never pulled
    assert weeks["2019-12-30"] == ("2020-01-05", 5, "provisional")


def test_a_fiscal_year_from_february_moves_quarters_halves_and_years(euros_from_february) -> None:
    assert counted(euros_from_february, "quarter") == {
        # November and December were never pulled
        "2019-11-01": ("2020-01-31", 31, "provisional"),
        "2020-02-01": ("2020-04-30", 90, "complete"),  # 29 + 31 + 30
        "2020-05-01": ("2020-07-31", 92, "complete"),
        "2020-08-01": ("2020-10-31", 92, "complete"),
        "2020-11-01": ("2021-01-31", 71, "partial"),  # 30 + 31 + 10
    }
    assert counted(euros_from_february, "half") == {
        "2019-08-01": ("2020-01-31", 31, "provisional"),
        "2020-02-01": ("2020-07-31", 182, "complete"),
        "2020-08-01": ("2021-01-31", 163, "partial"),  # 92 + 71
    }
    assert counted(euros_from_february, "year") == {
        "2019-02-01": ("2020-01-31", 31, "provisional"),
        "2020-02-01": ("2021-01-31", 345, "partial"),  # 366 - 31 + 10
    }


def test_months_and_weeks_are_the_same_in_every_fiscal_year(leap_year, euros_from_february) -> None:
    for period in ("day", "week", "month"):
        assert counted(leap_year, period) == counted(euros_from_february, period), period


def test_a_quarter_whose_first_months_are_missing_says_so_and_is_compared_with_nothing(
    euros_from_february,
) -> None:
    quarters = euros_from_february.periods("sessions", "quarter")
    first = quarters[date(2019, 11, 1)]
    assert (first.trust, first.previous_value, first.change) == ("missing_days", None, None)
    # nor is it anybody's previous quarter: it is not whole
    second = quarters[date(2020, 2, 1)]
    assert (second.trust, second.previous_value, second.change) == ("ok", None, None)
    third = quarters[date(2020, 5, 1)]
    assert (third.previous_value, third.change) == (90, 2)


def test_a_part_of_a_quarter_is_compared_with_as_many_days(leap_year, euros_from_february) -> None:
    # 1 to 10 January against 1 to 10 October
    part = leap_year.periods("sessions", "quarter")[date(2021, 1, 1)]
    assert (part.previous_value, part.change) == (10, 0)
    # 71 days from 1 November against 71 days from 1 August
    part = euros_from_february.periods("sessions", "quarter")[date(2020, 11, 1)]
    assert (part.previous_value, part.change) == (71, 0)


def test_a_year_of_whole_weeks_has_periods_of_four_and_five_weeks(retail_year) -> None:
    # fiscal 2019 ends on Saturday, 1 February 2020
    assert counted(retail_year, "quarter") == {
        "2019-11-03": ("2020-02-01", 32, "provisional"),  # pulled from 1 January on
        "2020-02-02": ("2020-05-02", 91, "complete"),
        "2020-05-03": ("2020-08-01", 91, "complete"),
        "2020-08-02": ("2020-10-31", 91, "complete"),
        "2020-11-01": ("2021-01-30", 71, "partial"),
    }
    months = counted(retail_year, "month")
    assert months["2020-02-02"] == ("2020-02-29", 28, "complete")
    assert months["2020-03-01"] == ("2020-04-04", 35, "complete")
    march = retail_year.periods("sessions", "month")[date(2020, 3, 1)]
    assert (march.value, march.previous_value) == (35, 28)
    assert counted(retail_year, "year")["2020-02-02"] == ("2021-01-30", 344, "partial")
    assert counted(retail_year, "week")["2020-12-28"] == ("2021-01-03", 7, "complete"), "ISO weeks"
