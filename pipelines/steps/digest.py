"""Sends the digest: weekly, and when a status has changed; at most once a day over each channel."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal

from pipelines.errors import OkraError
from pipelines.history.deliveries import Delivery, delivered, record_delivery
from pipelines.inputs.lake import open_lake
from pipelines.publishing.delivery import Channel
from pipelines.publishing.digest.digest import (
    Digest,
    Pages,
    Reason,
    changes,
    digest_of,
    of_owner_and_below,
)
from pipelines.publishing.language.language import Language
from pipelines.publishing.published import (
    read_findings,
    read_scorecard,
    read_scorecard_before,
)
from pipelines.publishing.scorecard.cards import anchor
from pipelines.publishing.scorecard.goal_pages import goal_places
from pipelines.publishing.scorecard.writing import owner_page
from pipelines.publishing.standings import Standing, Standings, read_standings
from pipelines.settings import Settings

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class NoChannelError(OkraError):
    """No channel is set; the text says how to set one."""


class NoGoalError(OkraError):
    """The owner that a digest is asked for owns no objective."""


def read_digest(settings: Settings, as_of: date | None = None, owner: str = "") -> Digest:
    """The digest of `as_of`, of the latest day when it is None; with an `owner`, of their goals and those below.

    Raises `NothingPublishedError` or `NoGoalError`.
    """
    path = settings.published_path
    whole = standings = read_standings(path, as_of)
    findings = read_findings(path)
    if owner:
        standings = of_owner_and_below(standings, owner)
        kpis = {line.row["kpi"] for line in standings.key_results}
        findings = [row for row in findings if kpis & {*(row["kpis"] or ())}]
        if not standings.lines:
            raise NoGoalError(f"{owner} owns no objective; write the owner as in the OKR files")
    before = read_scorecard_before(path, standings.as_of)
    return digest_of(
        standings,
        Language(settings.locale, settings.fiscal_year),
        pages(settings, owner, whole),
        changes=changes(read_scorecard(path, standings.as_of), before, standings) if before else [],
        findings=findings,
    )


def pages(settings: Settings, owner: str, standings: Standings) -> Pages:
    """Where the digest leads: to the owner's page, or to the scorecard, of the day's `standings`."""
    own = settings.owners_path / owner_page(owner) if owner else settings.scorecard_path
    places = goal_places(standings.of_owner(owner) if owner else standings, own.name)

    def goal(line: Standing) -> str:
        """The card of a goal; an owner's page has no card of what others own."""
        if settings.site_url is None or (owner and line.owner != owner):
            return ""
        page = settings.address_of(own.parent / places.get(line.id, own.name))
        return f"{page}#{f'objective-{line.id}' if line.is_objective else anchor(line.id)}"

    return Pages(settings.address_of(own), goal)


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
    return [Channel.of(entry.get_secret_value()) for entry in settings.digest]


def send_due(settings: Settings, as_of: date) -> list[Delivery]:
    """Send the digest of `as_of` over each channel on which it is due, and record the outcome. The next run of the
    day sends a failed one again. Raises `NothingPublishedError`.
    """
    configured = channels(settings)
    if not configured:
        return []
    sent = []
    for channel in configured:
        try:
            digest = read_digest(settings, as_of, channel.owner)
        except NoGoalError as error:
            sent.append(record(settings, as_of, channel, "weekly", str(error)))
            continue
        if reason := due(settings, digest, channel):
            sent.append(send(settings, digest, channel, reason))
    return sent


def send(settings: Settings, digest: Digest, channel: Channel, reason: Reason) -> Delivery:
    """Send it over one channel, and record the outcome."""
    return record(settings, digest.as_of, channel, reason, channel.send(digest))


def send_over(settings: Settings, channel: Channel) -> Delivery:
    """Send the latest digest over a channel, whether it is due or not. Raises `NothingPublishedError`."""
    try:
        digest = read_digest(settings, owner=channel.owner)
    except NoGoalError as error:
        return record(settings, settings.today(), channel, "weekly", str(error))
    return send(settings, digest, channel, "weekly")


def record(
    settings: Settings, as_of: date, channel: Channel, reason: Reason, message: str
) -> Delivery:
    """Keep the outcome; `message` says what went wrong and is empty where nothing did."""
    outcome: Literal["failed", "delivered"] = "failed" if message else "delivered"
    delivery = Delivery(as_of, channel.name, reason, settings.now(), outcome, message)
    record_delivery(settings.history_path, delivery, open_lake(settings).store)
    return delivery
