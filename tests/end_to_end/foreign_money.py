"""What the sample company was paid in yen and dinars, in dollars: worked out here from its own systems.

Stripe's ledger has the amounts, the European Central Bank's file the rates. Each day's amount of a currency
counts at the rate of its day, or of the last working day before it.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from io import StringIO
from typing import Any

from connectors.sandbox.exchange_rates import history

DECIMALS = {"jpy": 0, "kwd": 3}


def in_dollars(rows: Iterable[Mapping[str, Any]], amount: str, today: date) -> Decimal:
    """The sum of a column of ledger rows in other currencies than the dollar."""
    euro_rates = {row["Date"]: row for row in csv.DictReader(StringIO(history(today)))}
    by_day: dict[tuple[date, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        if row["currency"] != "usd":
            day = datetime.fromtimestamp(row["created"], UTC).date()
            own = Decimal(row[amount]).scaleb(-DECIMALS[row["currency"]])
            by_day[day, row["currency"].upper()] += own
    return sum(
        (
            rounded(own * dollars_for(currency, day, euro_rates), 6)
            for (day, currency), own in by_day.items()
        ),
        Decimal(),
    )


def dollars_for(currency: str, day: date, euro_rates: Mapping[str, Mapping[str, str]]) -> Decimal:
    """What one unit was worth, by way of the euro, with twelve decimals."""
    while day.isoformat() not in euro_rates:
        day -= timedelta(days=1)
    rates = euro_rates[day.isoformat()]
    return rounded(Decimal(rates["USD"]) / Decimal(rates[currency]), 12)


def rounded(number: Decimal, places: int) -> Decimal:
    """Half away from zero."""
    return number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
