"""Published figures as text: for the terminal, the digest and `okra explain`.

The web pages have formats of their own, in the reader's language (`scorecard.language`).
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from pipelines.okr.kpi.kpi import PERCENT
from pipelines.okr.kpi.numbers import chance, figure, percentage

_BLOCKS = "▁▂▃▄▅▆▇█"


def amount(value: Decimal | None, unit: str | None, *, with_unit: bool = True) -> str:
    """`1,787,596.36 USD`, `96 %`; empty without a value. A percent sign stays even without units."""
    if value is None:
        return ""
    text = figure(value, unit or "")
    return text if with_unit or unit == PERCENT else text.removesuffix(f" {unit}")


def share(value: Decimal | None, rounding: str = ROUND_FLOOR) -> str:
    """A share in whole percent, by default rounded down so that 99.9 % is not called 100 %; empty without one."""
    return "" if value is None else percentage(value, 0, rounding)


def odds(probability: Decimal | None) -> str:
    """`83 %`, `under 1 %`; empty where there are no odds."""
    return "" if probability is None else chance(probability)


def status_words(status: str) -> str:
    """`on_track` as `on track`."""
    return status.replace("_", " ")


def trust_words(trust: str) -> str:
    """The flags of a `trust` column: `late:stripe, missing_days`."""
    return trust.replace(",", ", ")


def findings_words(findings: Sequence[Mapping[str, Any]], most: int) -> Iterator[str]:
    """A line a finding, at most so many, and how many more there are; no line where nothing is wrong."""
    for finding in findings[:most]:
        yield finding["message"]
    if len(findings) > most:
        yield f"and {len(findings) - most} more; the table findings has all"


def findings_counted(findings: Sequence[Mapping[str, Any]]) -> str:
    """`1 finding`, `3 findings`."""
    return f"{len(findings)} {'finding' if len(findings) == 1 else 'findings'}"


def sparkline(values: Sequence[int | Decimal | None]) -> str:
    """One block a value, from the lowest to the highest; a blank where there is none."""
    known = [value for value in values if value is not None]
    low, high = min(known, default=0), max(known, default=0)
    steps = len(_BLOCKS) - 1
    return "".join(
        " " if value is None else _BLOCKS[int((value - low) * steps / ((high - low) or 1))]
        for value in values
    )


def thinned(values: Sequence[Decimal | None], most: int) -> Sequence[Decimal | None]:
    """At most `most` (two or more) of the values, at even distances, the first and the last among them."""
    if len(values) <= most:
        return values
    return [values[step * (len(values) - 1) // (most - 1)] for step in range(most)]
