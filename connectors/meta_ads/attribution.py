"""Which purchases an ad is credited with, and what they were worth.

An attribution window is the time after a click or a view within which a purchase is credited. `default` is the
setting of each ad set, as Ads Manager shows it; other windows hold for all ad sets alike. Meta has no value under
`default` for a campaign whose ad sets have different settings.

The same purchases are listed under several names. `omni_purchase` has those of all channels, each once; `purchase`
those of website and app; and each channel has a name of its own. So the first of these that is listed counts, and none
is added to another. A name that is not listed, and a window that an action does not have, are worth 0. Where actions
have another form than Meta documents, or a value is null, 0 would be a guess: the row is set aside.

Docs: developers.facebook.com/docs/marketing-api/reference/ads-action-stats, …/marketing-api/insights,
developers.facebook.com/blog/post/2025/10/16/ads-insights-api-metric-availability-updates (the windows).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connectors.sdk.errors import Rejected
from connectors.sdk.fields import UNREADABLE, lenient, read_decimal

DEFAULT_WINDOW = "7d_click"
OF_EACH_AD_SET = "default"
WINDOWS = (OF_EACH_AD_SET, "1d_click", DEFAULT_WINDOW, "28d_click", "1d_view", "1d_ev")
"""The windows that can be asked for."""
REMOVED_WINDOWS = ("7d_view", "28d_view")
"""Accepted by Meta to this day, and without a figure since January 2026, which would read as 0."""

ALL_CHANNELS = ("omni_purchase", "purchase")
"""The names that purchases of several channels have together; the first that is listed counts."""
CHANNELS = (
    "offsite_conversion.fb_pixel_purchase",
    "app_custom_event.fb_mobile_purchase",
    "onsite_conversion.purchase",
)
"""The names of the purchases on a website, in an app, and on Facebook and Instagram."""

amount = lenient(read_decimal)


@dataclass(frozen=True)
class Purchases:
    """What the purchases of a row were worth."""

    value: Decimal | Any
    """None where Meta has no value; anything but a decimal is left for the schema to refuse."""
    doubt: tuple[str, str] | None = None
    """Why the value is in doubt: a code for a finding, and its message."""


SEVERAL_CHANNELS = (
    "several_channels",
    "purchases are listed by channel only, and the largest channel is taken: compare the day in Ads Manager",
)
MIXED_ATTRIBUTION = (
    "mixed_attribution",
    "Meta has no value of purchases for a campaign whose ad sets have different attribution settings: set "
    f"META_ADS_ATTRIBUTION_WINDOW to a window such as {DEFAULT_WINDOW}, or give its ad sets one setting",
)


def attribution_window(given: str) -> str:
    """The window to ask for. Raises `Rejected` when Meta has no such window."""
    window = given.strip() or DEFAULT_WINDOW
    if window in REMOVED_WINDOWS:
        raise Rejected(
            f"META_ADS_ATTRIBUTION_WINDOW is {window}, of which Meta has no figures since January 2026",
            f"use {', '.join(WINDOWS)}",
        )
    if window not in WINDOWS:
        raise Rejected(
            "META_ADS_ATTRIBUTION_WINDOW is no window that Meta has",
            f"use one of {', '.join(WINDOWS)}; {OF_EACH_AD_SET} is what each ad set is set to, such as 7 days after "
            "a click and 1 day after a view",
        )
    return window


def purchases_in(row: Mapping[str, Any], window: str) -> Purchases:
    """What the purchases credited within `window` were worth in a row of a report."""
    actions = row.get("action_values")
    if actions is None:
        actions = []
    if not isinstance(actions, list):
        return Purchases(UNREADABLE)
    member = "value" if window == OF_EACH_AD_SET else window
    named = [action for action in actions if has_name(action)]
    listed = {action["action_type"]: worth(action.get(member, "0")) for action in named}
    for name in ALL_CHANNELS:
        if name in listed:
            return Purchases(listed[name])
    by_channel = [listed[name] for name in CHANNELS if name in listed]
    if by_channel:
        return largest(by_channel)
    if window == OF_EACH_AD_SET and is_mixed(row.get("attribution_setting")):
        return Purchases(None, MIXED_ATTRIBUTION)
    # an action without a name may be the purchases
    return Purchases(Decimal(0) if len(named) == len(actions) else UNREADABLE)


def has_name(action: Any) -> bool:
    """Whether an item of the list of actions says which action it is."""
    return isinstance(action, Mapping) and isinstance(action.get("action_type"), str)


def worth(value: Any) -> Decimal | Any:
    """The value of an action; null, which Meta does not document, is unreadable."""
    return UNREADABLE if value is None else amount(value)


def largest(by_channel: list[Decimal | Any]) -> Purchases:
    """The largest channel's purchases. They may be another channel's as well, so the sum could count some twice."""
    for value in by_channel:
        if not isinstance(value, Decimal):
            return Purchases(value)
    paid = [value for value in by_channel if value]
    return Purchases(max(by_channel), SEVERAL_CHANNELS if len(paid) > 1 else None)


def is_mixed(setting: Any) -> bool:
    """Whether the ad sets of a campaign have different attribution settings."""
    return isinstance(setting, str) and any(
        word in setting.lower() for word in ("mixed", "multiple")
    )
