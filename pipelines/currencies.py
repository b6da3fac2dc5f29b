"""The currencies there are (ISO 4217): those that the models know the decimals of."""

import csv
import difflib
from functools import cache
from pathlib import Path

CURRENCIES = Path(__file__).resolve().parents[1] / "models" / "seeds" / "currency_exponents.csv"


@cache
def currencies() -> frozenset[str]:
    """The codes of all currencies."""
    with CURRENCIES.open(encoding="utf-8", newline="") as file:
        return frozenset(row["currency"] for row in csv.DictReader(file))


def known_currency(text: str) -> str:
    """The code of a currency. Raises ValueError, with the remedy, for what is none."""
    if text in currencies():
        return text
    close = difflib.get_close_matches(text.strip().upper(), sorted(currencies()), n=1)
    remedy = f"did you mean {close[0]}?" if close else "write its code, like EUR"
    raise ValueError(f"{text!r} is no currency (three letters, ISO 4217); {remedy}")
