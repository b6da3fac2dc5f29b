"""Who visits the sample company's site, and what an analytics tool knows of it on a given day.

A day's numbers are settled after three days; until then a few visits are still missing, and most
of `today`. They depend on the day and on `today`, and on nothing else.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from connectors.sandbox.apportion import dice, spread
from connectors.sandbox.figures import FIRST_DAY, VISITORS, Month, days_of, trend

CHANNELS = ("Direct", "Email", "Organic Search", "Organic Social", "Paid Search", "Referral")
VISITOR_SHARES = (0.24, 0.08, 0.37, 0.11, 0.13, 0.07)
"""The share of visitors, by channel, on the first day. Later paid search gains what direct visits lose."""
ENGAGED_SHARES = (0.58, 0.66, 0.63, 0.49, 0.44, 0.61)
"""The share of engaged sessions, by channel."""
NEW_VISITOR_SHARES = (0.24, 0.12, 0.46, 0.52, 0.55, 0.48)
"""The share of new visitors, by channel."""
WEEKDAY_WEIGHTS = (1.09, 1.13, 1.12, 1.10, 1.02, 0.74, 0.80)
"""Monday to Sunday."""
RETURN_RATE = 0.65
"""How often people come back within a month; see `different_people`."""
UNPROCESSED_SHARES = {0: 0.71, 1: 0.041, 2: 0.019, 3: 0.006}
"""Share of a day's visits not processed yet, by its age in days."""


@dataclass(frozen=True)
class Visits:
    """One day of one channel. `users` are different people of that day."""

    sessions: int
    engaged_sessions: int
    users: int
    new_users: int


def visits(day: date, today: date) -> dict[str, Visits]:
    """What is known of `day` on `today`, by channel; nothing before the first day or after `today`."""
    if not FIRST_DAY <= day <= today:
        return {}
    known = 1 - UNPROCESSED_SHARES.get((today - day).days, 0.0)
    return {
        channel: Visits(*(int(number * known) for number in settled))
        for channel, settled in _month((day.year, day.month))[1][day.day - 1].items()
    }


def visitors(day: date, today: date) -> int:
    """Different people of one day, as known on `today`. Some use two channels, so the channels' sum is higher."""
    if not FIRST_DAY <= day <= today:
        return 0
    known = 1 - UNPROCESSED_SHARES.get((today - day).days, 0.0)
    return int(_month((day.year, day.month))[0][day.day - 1] * known)


def different_people(first: date, last: date, today: date) -> int:
    """Different people from `first` to `last`, both of one month, as known on `today`.

    The month's figure when the range is the month and every day of it is settled. People return, so the
    first days bring the most: after the share f of all daily visits, (1 − e^−kf) ÷ (1 − e^−k) of them.
    """
    month = (first.year, first.month)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    seen = sum(visitors(day, today) for day in days)
    share = seen / sum(_month(month)[0])
    return int(
        round(trend(VISITORS, *month) * np.expm1(-RETURN_RATE * share) / np.expm1(-RETURN_RATE), 6)
    )


@lru_cache(maxsize=64)
def _month(month: Month) -> tuple[list[int], list[dict[str, tuple[int, int, int, int]]]]:
    """Each day's visitors, and its settled numbers by channel: sessions, engaged, users, new users."""
    days = days_of(month)
    random = dice("traffic", month)
    weights = np.array([WEEKDAY_WEIGHTS[day.weekday()] for day in days])
    weights *= np.linspace(0.98, 1.02, len(days)) * random.normal(1, 0.025, len(days)).clip(
        0.9, 1.1
    )
    # with k ÷ (1 − e^−k) visits a person the curve begins with slope 1: at first every visit is someone new
    total = round(trend(VISITORS, *month) * RETURN_RATE / -np.expm1(-RETURN_RATE))
    people = spread(total, weights)
    return people, [_channels(day, number) for day, number in zip(days, people, strict=True)]


def _channels(day: date, people: int) -> dict[str, tuple[int, int, int, int]]:
    random = dice("channels", day)
    drift = (day - FIRST_DAY).days / 730 * 0.03
    shares = np.array(VISITOR_SHARES) + np.array([-drift, 0, 0, 0, drift, 0])
    users = spread(round(people * 1.03), shares * random.normal(1, 0.04, 6).clip(0.85, 1.15))
    noise = random.normal(1, 0.02, (6, 3)).clip(0.93, 1.07)
    by_channel = {}
    for n, channel in enumerate(CHANNELS):
        sessions = round(users[n] * 1.22 * noise[n, 0])
        engaged = round(sessions * ENGAGED_SHARES[n] * noise[n, 1])
        new_users = round(users[n] * NEW_VISITOR_SHARES[n] * noise[n, 2])
        by_channel[channel] = sessions, engaged, users[n], new_users
    return by_channel
