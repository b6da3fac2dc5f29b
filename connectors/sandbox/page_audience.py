"""The sample company's Facebook page in figures: who likes it, and what people do there, day by day.

Days are Pacific days, as Facebook counts them. Each figure depends on its day alone.
"""

from datetime import date, timedelta

from connectors.sandbox.apportion import dice, spread
from connectors.sandbox.figures import LIKES

WEEKDAY_WEIGHTS = (1.06, 1.12, 1.15, 1.10, 1.02, 0.76, 0.79)
"""The relative engagement on each day of a week, from Monday."""
EARLY_SHARES = (0.955, 0.975, 0.99)
"""The share of a day's final figure that is counted one, two and three days later."""
ENGAGEMENTS: tuple[tuple[date, int], ...] = (
    (date(2024, 11, 25), 1_190),
    (date(2025, 12, 29), 1_230),
    (date(2026, 6, 29), 1_425),
    (date(2026, 12, 28), 1_570),
    (date(2027, 12, 27), 1_690),
)
"""Engagements with posts in the week of that Monday, before noise; interpolated in between."""
Figures = tuple[tuple[date, int], ...]


def likes(day: date) -> int:
    """People who like the page at the end of `day`: exact on the days in `LIKES`."""
    if day in LIKES:
        return LIKES[day]
    return round(interpolated(tuple(sorted(LIKES.items())), day)) + int(
        dice("likes", day).integers(-7, 8)
    )


def followers(day: date) -> int:
    """People who follow the page at the end of `day`: some follow without a like."""
    return likes(day) * 1034 // 1000


def insight(metric: str, day: date, age: int) -> int:
    """A figure of `day` as reported `age` days later."""
    final = METRICS[metric](day)
    return int(final * EARLY_SHARES[age - 1]) if 1 <= age <= len(EARLY_SHARES) else final


def engagements(day: date) -> int:
    """Reactions, comments, shares and clicks on posts."""
    monday = day - timedelta(days=day.weekday())
    rng = dice("engagements", monday)
    week = round(interpolated(ENGAGEMENTS, monday) * float(rng.uniform(0.93, 1.07)))
    weights = [x * float(rng.uniform(0.93, 1.07)) for x in WEEKDAY_WEIGHTS]
    return spread(week, weights)[day.weekday()]


def views_of_posts(day: date) -> int:
    """How often posts, stories and videos were shown."""
    return engagements(day) * 23 + int(dice("media", day).integers(-160, 161))


def views_of_page(day: date) -> int:
    """How often the page itself was looked at."""
    return engagements(day) * 6 // 5 + int(dice("views", day).integers(-18, 19))


def follows(day: date) -> int:
    """People who began to follow the page."""
    return max(1, round(engagements(day) * 0.09) + int(dice("follows", day).integers(-4, 5)))


METRICS = {
    "page_daily_follows": follows,
    "page_media_view": views_of_posts,
    "page_views_total": views_of_page,
    "page_post_engagements": engagements,
}
"""The metrics the page has, by Facebook's names."""


def interpolated(known: Figures, day: date) -> float:
    """The value at `day` on straight lines through `known`; beyond its ends the outer lines continue."""
    upper = next((n for n, (at, _) in enumerate(known) if at > day), len(known) - 1)
    (first, low), (last, high) = known[max(upper, 1) - 1], known[max(upper, 1)]
    return low + (high - low) * (day - first).days / (last - first).days
