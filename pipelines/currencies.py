"""The currencies of ISO 4217 that the models know, with a suggestion for a text that is none of them."""

import difflib

from connectors.sdk.currencies import CURRENCIES


def known_currency(text: str) -> str:
    """The code of a currency. Raises ValueError, with the remedy, for what is none."""
    if text in CURRENCIES:
        return text
    close = difflib.get_close_matches(text.strip().upper(), CURRENCIES, n=1)
    remedy = f"did you mean {close[0]}?" if close else "write its code, like EUR"
    raise ValueError(f"{text!r} is no currency (three letters, ISO 4217); {remedy}")
