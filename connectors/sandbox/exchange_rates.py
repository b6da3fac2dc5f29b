"""The sample company's copy of the European Central Bank's history of reference rates.

It has the form of eurofxref-hist.csv: wide, the newest day first, a comma at the end of each line, working days
only, N/A where there is no rate. The rates are made up, each from its day alone.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from math import sin, tau
from pathlib import Path

from connectors.lake.atomic_files import replace
from connectors.sandbox.apportion import dice
from connectors.sandbox.figures import FIRST_DAY
from connectors.sandbox.served import Served

CURRENCIES: dict[str, tuple[float, int]] = {
    "USD": (1.0850, 4),
    "JPY": (161.40, 2),
    "GBP": (0.8480, 5),
    "ISK": (147.20, 2),
    "KWD": (0.3335, 5),
}
"""The approximate rate of the euro, and the decimals of a quote. The bank itself quotes no dinar."""
ENDED = ("HRK", "RUB")
"""Currencies that the bank no longer quotes: the file keeps their columns, in which newer days have no rate."""
FIRST_KRONA_DAY = date(2025, 2, 3)
"""There is no earlier rate for the krona, as was really the case for some years."""
CLOSED_DAYS = {(1, 1), (5, 1), (12, 25), (12, 26)}
"""Days (month, day) on which the euro system is closed, apart from Easter."""


def history(today: date) -> str:
    """The file as it stands on the morning of `today`: up to the day before."""
    lines = [",".join(["Date", *CURRENCIES, *ENDED, ""])]
    ended = ["N/A" for _ in ENDED]
    lines += [
        ",".join([f"{day}", *(quoted(currency, day) for currency in CURRENCIES), *ended, ""])
        for day in working_days(today)
    ]
    return "\n".join(lines) + "\n"


def quoted(currency: str, day: date) -> str:
    """The rate of a euro on `day`: a slow cycle, a slow drift and noise."""
    if currency == "ISK" and day < FIRST_KRONA_DAY:
        return "N/A"
    level, decimals = CURRENCIES[currency]
    age = (day - FIRST_DAY).days
    phase = float(dice("phase", currency).uniform(0, tau))
    noise = float(dice("rate", currency, day).normal(0, 0.0022))
    rate = level * (1 + 0.00004 * age + 0.025 * sin(phase + age / 95) + noise)
    return f"{rate:.{decimals}f}"


def working_days(today: date) -> Iterator[date]:
    """The days with rates before `today`, newest first."""
    day = today - timedelta(days=1)
    while day >= FIRST_DAY:
        if day.weekday() < 5 and (day.month, day.day) not in CLOSED_DAYS:
            yield day
        day -= timedelta(days=1)


def serve(today: date, home: Path) -> Served:
    """The sample company's copy of the file, in `home`."""
    path = home.resolve() / "eurofxref-hist.csv"
    replace(path, lambda temporary: temporary.write_text(history(today), encoding="utf-8"))
    return Served({"OKRA_EXCHANGE_RATES": str(path)}, lambda: None)
