"""The sample company's monthly figures, from which every other number in the sandbox is derived.

The months that are listed come out exactly; the others follow a trend.
"""

from collections.abc import Iterator
from datetime import date, timedelta

FIRST_DAY = date(2024, 12, 1)
"""The company's books begin here: 24 months before the end of November 2026."""

Month = tuple[int, int]
"""Year and month."""

NET_REVENUE_CENTS: dict[Month, int] = {
    (2026, 1): 118_400_00, (2026, 2): 121_900_00, (2026, 3): 139_700_00, (2026, 4): 151_200_00,
    (2026, 5): 147_600_00, (2026, 6): 163_300_00, (2026, 7): 158_800_00, (2026, 8): 149_500_00,
    (2026, 9): 172_400_00, (2026, 10): 295_000_00, (2026, 11): 214_000_00, (2026, 12): 236_000_00,
}  # fmt: skip
"""Sales in US dollars less refunds, disputes and fees: exactly $295,000 in October 2026.

In a few months (see ledger.py) some customers paid in yen and dinars, which is not included.
"""

UNITS_SOLD: dict[str, dict[Month, int]] = {
    "widget": {
        (2026, 1): 1_930, (2026, 2): 1_842, (2026, 3): 2_110, (2026, 4): 2_204, (2026, 5): 2_176,
        (2026, 6): 2_251, (2026, 7): 2_087, (2026, 8): 2_158, (2026, 9): 2_340, (2026, 10): 2_295,
        (2026, 11): 2_410, (2026, 12): 2_520,
    },
    "thingamajig": {
        (2026, 1): 16_120, (2026, 2): 15_478, (2026, 3): 18_236, (2026, 4): 19_843, (2026, 5): 18_904,
        (2026, 6): 19_115, (2026, 7): 18_450, (2026, 8): 17_962, (2026, 9): 19_370, (2026, 10): 19_688,
        (2026, 11): 20_140, (2026, 12): 20_875,
    },
}  # fmt: skip
"""Pieces ordered and not cancelled: 19,843 thingamajigs in April, 19,098 widgets by the end of September."""

AVERAGE_ORDER_CENTS: dict[tuple[int, int], int] = {
    (2025, 1): 248_00, (2025, 2): 250_00, (2026, 1): 305_00, (2026, 2): 318_00,
}  # fmt: skip
"""By year and half: the value of an order rose 22 % in the first half of 2026 (250 to 305 dollars)."""

VISITORS: dict[Month, int] = {
    (2026, 1): 118_240, (2026, 2): 112_905, (2026, 3): 126_480, (2026, 4): 129_770, (2026, 5): 131_655,
    (2026, 6): 134_020, (2026, 7): 138_915, (2026, 8): 141_260, (2026, 9): 147_385, (2026, 10): 152_340,
    (2026, 11): 158_210, (2026, 12): 149_870,
}  # fmt: skip
"""Different people who visited the site in the month."""

LIKES: dict[date, int] = {
    date(2024, 12, 1): 24_060,
    date(2025, 12, 31): 29_480,
    date(2026, 6, 30): 32_000,
    date(2026, 12, 31): 33_620,
    date(2027, 12, 31): 36_900,
}
"""People who like the page at the end of the day: 32,000 on 30 June 2026. Interpolated in between, with noise."""

SALES_TEAM_DEALS: dict[Month, int] = {
    (2026, 1): 34, (2026, 2): 35, (2026, 3): 39, (2026, 4): 38, (2026, 5): 41, (2026, 6): 41,
    (2026, 7): 37, (2026, 8): 33, (2026, 9): 40, (2026, 10): 42, (2026, 11): 41, (2026, 12): 39,
}  # fmt: skip
"""Deals that the sales team won. 120 of them in the second quarter of 2026, when the team is twelve people all
the time: 10 deals each."""

DEALS_WON: dict[Month, int] = {
    (2026, 1): 702, (2026, 2): 688, (2026, 3): 761, (2026, 4): 774, (2026, 5): 768, (2026, 6): 792,
    (2026, 7): 781, (2026, 8): 766, (2026, 9): 820, (2026, 10): 861, (2026, 11): 874, (2026, 12): 895,
}  # fmt: skip
"""All deals won, including those of the online shop: 9,482 in 2026."""

PROSPECTS_CALLED: dict[Month, int] = {
    (2026, 1): 29, (2026, 2): 30, (2026, 3): 32, (2026, 4): 31, (2026, 5): 32, (2026, 6): 34,
    (2026, 7): 35, (2026, 8): 33, (2026, 9): 34, (2026, 10): 30, (2026, 11): 29, (2026, 12): 29,
}  # fmt: skip
"""Contacts that were called for the first time: 91, 97, 102 and 88 in the quarters of 2026."""


FIRST_MONTH: Month = (FIRST_DAY.year, FIRST_DAY.month)


def month_after(month: Month, count: int) -> Month:
    """The month `count` months after `month`."""
    year, index = divmod(month[0] * 12 + month[1] - 1 + count, 12)
    return year, index + 1


def months_until(last: Month) -> Iterator[Month]:
    """The months from the first day to `last`, inclusive."""
    month = FIRST_MONTH
    while month <= last:
        yield month
        month = month_after(month, 1)


def days_of(month: Month) -> list[date]:
    """The days of a month."""
    first, after = date(*month, 1), date(*month_after(month, 1), 1)
    return [first + timedelta(days=n) for n in range((after - first).days)]


def trend(figures: dict[Month, int], year: int, month: int, growth: float = 0.18) -> int:
    """The figure of a month: as listed, else of the same month in the nearest year, scaled by `growth` a year."""
    if (year, month) in figures:
        return figures[year, month]
    nearest = min((y for y, m in figures if m == month), key=lambda y: abs(y - year))
    return round(figures[nearest, month] * (1 + growth) ** (year - nearest))


Quarter = tuple[int, int]
"""Year and quarter."""

TICKETS: dict[Month, int] = {
    (2026, 1): 214, (2026, 2): 196, (2026, 3): 221, (2026, 4): 229, (2026, 5): 224, (2026, 6): 218,
    (2026, 7): 209, (2026, 8): 203, (2026, 9): 236, (2026, 10): 258, (2026, 11): 247, (2026, 12): 263,
}  # fmt: skip
"""Support tickets opened in the month, spam not counted."""

SATISFACTION: dict[Quarter, tuple[int, int]] = {
    (2024, 4): (40, 3), (2025, 1): (117, 9), (2025, 2): (121, 11), (2025, 3): (119, 8), (2025, 4): (128, 10),
    (2026, 1): (144, 6), (2026, 2): (149, 9), (2026, 3): (146, 8), (2026, 4): (159, 10),
}  # fmt: skip
"""Good and bad ratings given in the quarter: 144 of 150 in the first of 2026 are exactly 96 %, after 92.75 %
in the quarter before; all others are between 91 and 95 %. A later quarter repeats that of the newest year listed."""

RETURN_ON_AD_SPEND_TENTHS: dict[Quarter, int] = {
    (2026, 1): 36, (2026, 2): 39, (2026, 3): 42, (2026, 4): 44,
}  # fmt: skip
"""What purchases credited to advertising bring over its cost, on each platform: 4.2 in the third quarter of 2026."""
