"""Holds the rows of a window against totals that the source gives by itself.

A source that leaves rows out says nothing of it: a campaign that is not listed, a channel that is withheld. The
total of the account, or of the day, was not made from these rows and shows that some are missing.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from connectors.sdk.contract import Cadence, Finding, Stream, Total, window_of
from connectors.sdk.errors import PermissionDenied, Rejected

DIFFERS = "differs_from_total"


def totals_unless_refused(ask: Callable[[], Iterable[Total]]) -> list[Total]:
    """The totals that `ask` gives; none where the source does not allow, or does not know, that request.

    Rows must not be lost because a total cannot be had. Faults that pass are raised: the windows are pulled again by
    the next run, and none settles unchecked. What is no number is no total.
    """
    try:
        totals = [*ask()]
    except (PermissionDenied, Rejected):
        return []
    return [x for x in totals if all(isinstance(sum_, int | Decimal) for sum_ in x.sums.values())]


def totals_by_window(
    stream: Stream, totals: Iterable[Total]
) -> Mapping[date, Mapping[str, int | Decimal]]:
    """The totals of each window, by column."""
    by_window: dict[date, dict[str, int | Decimal]] = {}
    for total in totals:
        sums = by_window.setdefault(window_of(total.day, stream.window), {})
        for column, value in total.sums.items():
            sums[column] = sums.get(column, 0) + value
    return by_window


def differences(
    title: str,
    stream: Stream,
    window: date,
    rows: pa.Table,
    totals: Mapping[str, int | Decimal],
    is_flagged: bool,
) -> list[Finding]:
    """A finding for each column whose sum over the rows of a window is further from its total than is tolerated.

    `title`: the source's. `is_flagged`: whether the source itself says that the rows are not complete.
    """
    findings = []
    for column, total in totals.items():
        come_to: int | Decimal = pc.sum(rows.column(column)).as_py() or 0
        difference = Decimal(come_to) - Decimal(total)
        if abs(difference) > stream.tolerance_of(column).around(total, is_flagged=is_flagged):
            message = (
                f"{column} of the rows come to {number(come_to)}, and {title} by itself says "
                f"{number(total)} ({size_of(difference, total)}); compare the day there"
            )
            findings.append(
                Finding(
                    what=DIFFERS,
                    message=message,
                    rows=0,
                    is_set_aside=False,
                    column=column,
                    day=window if stream.window is Cadence.DAY else None,
                    examples=(f"{window}: {number(come_to)} of {number(total)}",),
                )
            )
    return findings


def size_of(difference: Decimal, total: int | Decimal) -> str:
    """A difference in words, with its share of the total."""
    what = "too much" if difference > 0 else "missing"
    share = f", {abs(difference / Decimal(total)):.1%}" if total else ""
    return f"{number(abs(difference))} {what}{share}"


def number(value: int | Decimal) -> str:
    """An amount with thousands separated, and without zeros at its end."""
    text = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
    return text.rstrip("0").rstrip(".") if "." in text else text
