"""The currencies whose amounts can be told: those of ISO 4217 whose decimals are known."""

import csv

from connectors.sdk.project import BUILT_IN

CURRENCY_FILE = BUILT_IN / "models" / "seeds" / "currency_exponents.csv"
"""A row a currency, with its decimals; the models read it too."""


def known_currencies() -> list[str]:
    """The codes in capitals, in their order."""
    with CURRENCY_FILE.open(encoding="utf-8", newline="") as file:
        return [row["currency"] for row in csv.DictReader(file)]


CURRENCIES = known_currencies()
