"""The days on whose data a measure is judged."""

from collections.abc import Sequence
from datetime import date, timedelta

from pipelines.okr.forecast.training_series import WEEK
from pipelines.okr.kpi.periods import Cadence

LOOKS: dict[str, Sequence[int]] = {
    "day": (2, 4, 8, 13),
    "week": (4, 8, 13),
    "month": (3, 6),
    "quarter": (2, 4),
}
"""After how many weeks (of days and weeks), months or quarters a measure is judged. Who looks each day finds an effect
some day by chance alone."""
_DAY = timedelta(days=1)


def last_days_of_looks(
    first: date, cadence: Cadence, known: Sequence[date], ends: date | None
) -> list[date]:
    """The last day of each look at a measure whose effect is seen from `first`; of periods those that are known.

    One that ends is looked at on its last day as well. `known` are the last days of the steps from `first` on.
    """
    looks = LOOKS.get(cadence, LOOKS["quarter"])
    if cadence != "day":
        days = [known[look - 1] for look in looks if look <= len(known)]
        return [day for day in days if ends is None or day <= ends]
    days = [first + timedelta(days=WEEK * weeks) - _DAY for weeks in looks]
    if ends is None or ends >= days[-1]:
        return days
    days = [day for day in days if day < ends]
    return [*days, ends] if (ends - first).days + 1 >= WEEK else days
