"""Exchange rates of October and November 2026, and what was paid in these currencies.

What one unit was worth in dollars, as played on Thursday, 5 November 2026 (— is no rate of that day):

                    EUR     GBP      ISK
    Tue 20 Oct      1.2     1.5      0.008    the last of the krona
    Thu 29 Oct      1.2     1.5      —
    Fri 30 Oct      1.1     1.25     —        and through the weekend
    Mon  2 Nov      1.0     1.25     —
    Tue  3 Nov      1.25    1.5625   —
    mean of October    3.5 ÷ 3 = 1.166666666667 for the euro
    mean of November   1.125 and 1.40625
"""

import json
from datetime import date
from typing import Any

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)
EUROS = {
    date(2026, 10, 20): {"USD": "1.2", "GBP": "0.8", "ISK": "150"},
    date(2026, 10, 29): {"USD": "1.2", "GBP": "0.8"},
    date(2026, 10, 30): {"USD": "1.1", "GBP": "0.88"},
    date(2026, 11, 2): {"USD": "1.0", "GBP": "0.8"},
    date(2026, 11, 3): {"USD": "1.25", "GBP": "0.8"},
}
SALES = [
    (OCTOBER, "USD", "0"),
    (date(2026, 10, 27), "ISK", "1000"),
    (date(2026, 10, 28), "ISK", "1000"),
    (date(2026, 10, 29), "EUR", "100"),
    (date(2026, 10, 31), "EUR", "10"),
    (date(2026, 11, 1), "GBP", "8"),
    (date(2026, 11, 3), "EUR", "4"),
    (date(2026, 11, 3), "USD", "7"),
    (date(2026, 11, 3), "CHF", "5"),
]
"""Money that came in, the same under each policy. Nobody quotes the franc here."""
CRUMBS = [
    (date(2026, 10, 30), "EUR", "-0.000005"),
    (date(2026, 11, 3), "EUR", "12345678901234.123457"),
]
RATIOS = [
    (NOVEMBER, "USD", "0", "0"),
    (date(2026, 11, 3), "EUR", "40", "8"),
    (date(2026, 11, 3), "USD", "30", "2"),
    (date(2026, 11, 3), "CHF", "900", "3"),
]


def sheet_row(kpi: str, day: date, currency: str, **numbers: str) -> dict[str, Any]:
    none = {"value": None, "numerator": None, "denominator": None}
    dimensions = json.dumps({"currency": currency})
    return {"kpi": kpi, "date": day, "dimensions": dimensions, **none, **numbers}


ROWS = [
    *(
        sheet_row(kpi, day, currency, value=value)
        for kpi in ("booked", "averaged", "constant", "parcels")
        for day, currency, value in SALES
    ),
    *(sheet_row("crumbs", day, currency, value=value) for day, currency, value in CRUMBS),
    *(
        sheet_row(kpi, day, currency, numerator=upper, denominator=lower)
        for kpi in ("mean_order", "returned", "orders_per_dollar", "win_rate")
        for day, currency, upper, lower in RATIOS
    ),
]


def rates(lake: Any, first: date, last: date) -> None:
    """Each day's window, as the file has it: empty on a day without rates."""
    for number in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(number)
        of_day = EUROS.get(day, {})
        rows = [{"date": day, "currency": c, "rate": rate} for c, rate in of_day.items()]
        lake.window("exchange_rates", "euro_rates", day, rows)
