"""Sending the digest through Apprise, which knows Slack, Teams, e-mail and a hundred services more.

A channel is one Apprise URL. It holds secrets, so it is never shown: a channel is named by its service and a
fingerprint of the URL.
"""

import hashlib
import logging
import re
from dataclasses import dataclass

import apprise

from pipelines.publishing.digest import Digest

MIN_SECRET_LENGTH = 5


@dataclass(frozen=True)
class Channel:
    """Where a digest goes."""

    url: str

    @property
    def name(self) -> str:
        """Such as `slack-3f9a1c22`: it tells channels apart and reveals nothing of the URL."""
        service = self.url.partition("://")[0].lower()
        return f"{service}-{hashlib.sha256(self.url.encode()).hexdigest()[:8]}"

    def send(self, digest: Digest) -> str:
        """Send it. Returns the fault in words, empty when it was delivered; a fault of the service is not raised."""
        sender = apprise.Apprise()
        if not sender.add(self.url):
            return "Apprise knows no such address; see its documentation of the service's URL"
        with apprise.LogCapture(level=logging.WARNING, fmt="%(message)s") as log:  # type: ignore[no-untyped-call]
            try:
                delivered = sender.notify(
                    title=digest.title,
                    body=digest.text,
                    body_format=apprise.NotifyFormat.MARKDOWN,
                )
            except Exception as error:
                return self.redacted(f"{type(error).__name__}: {error}")
            message = " ".join(log.getvalue().split())
        return "" if delivered else self.redacted(message) or "the service did not take it"

    def redacted(self, text: str) -> str:
        """The text without any part of the URL that may be a secret."""
        for part in sorted(re.split(r"[/:@?&=]+", self.url.partition("://")[2]), key=len)[::-1]:
            if len(part) >= MIN_SECRET_LENGTH:
                text = text.replace(part, "***")
        return text
