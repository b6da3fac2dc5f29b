"""Sends the digest: weekly, and when a status has changed; at most once a day over each channel."""

from collections.abc import Sequence
from datetime import date, timedelta

from pipelines.errors import OkraError
from pipelines.history.deliveries import Delivery, delivered, record_delivery
from pipelines.publishing.delivery import Channel
from pipelines.publishing.digest import Digest, Reason, digest_of
from pipelines.publishing.published import (
    read_findings,
    read_scorecard,
    read_scorecard_before,
)
from pipelines.settings import Settings

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class NoChannelError(OkraError):
    """No channel is set; the text says how to set one."""


def read_digest(settings: Settings, as_of: date | None = None) -> Digest:
    """The digest of `as_of`, of the latest day when it is None. Raises `NothingPublishedError`."""
    path = settings.published_path
    scorecard = read_scorecard(path, as_of)
    return digest_of(
        scorecard,
        read_scorecard_before(path, scorecard.as_of),
        sample_company=settings.sample_company,
        scorecard_page=str(settings.scorecard_path),
        findings=read_findings(path),
    )


def due(settings: Settings, digest: Digest, channel: Channel) -> Reason | None:
    """The reason to send the digest over a channel today; None when there is none.

    The weekly digest is due on its weekday, or with the first run after it.
    """
    sent = delivered(settings.history_path, channel.name)
    if any(day == digest.as_of for day, _ in sent):
        return None
    days_into_week = (digest.as_of.weekday() - WEEKDAYS.index(settings.digest_weekday)) % 7
    week_start = digest.as_of - timedelta(days=days_into_week)
    if not any(day >= week_start and reason == "weekly" for day, reason in sent):
        return "weekly"
    return "change" if digest.changes else None


def channels(settings: Settings) -> Sequence[Channel]:
    """The channels of OKRA_DIGEST."""
    return [Channel(url.get_secret_value()) for url in settings.digest]


def send_due(settings: Settings, as_of: date) -> list[Delivery]:
    """Send the digest of `as_of` over each channel on which it is due, and record the outcome. The next run of the
    day sends a failed one again. Raises `NothingPublishedError`.
    """
    configured = channels(settings)
    if not configured:
        return []
    digest = read_digest(settings, as_of)
    return [
        send(settings, digest, channel, reason)
        for channel in configured
        if (reason := due(settings, digest, channel)) is not None
    ]


def send(settings: Settings, digest: Digest, channel: Channel, reason: Reason) -> Delivery:
    """Send it over one channel, and record the outcome."""
    message = channel.send(digest)
    delivery = Delivery(
        digest.as_of,
        channel.name,
        reason,
        settings.now(),
        "failed" if message else "delivered",
        message,
    )
    record_delivery(settings.history_path, delivery)
    return delivery
