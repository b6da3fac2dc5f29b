"""Sending the digest through Apprise, which knows Slack, Teams, e-mail and a hundred services more.

A channel is one Apprise URL. It holds secrets, so it is never shown: a channel is named by its service and a
fingerprint of the URL.
"""

import hashlib
import logging
import re
from dataclasses import dataclass
from urllib.parse import unquote

from pipelines.publishing.digest.digest import Digest

MIN_SECRET_LENGTH = 5


@dataclass(frozen=True)
class Channel:
    """Where a digest goes; with an `owner`, the one about that owner's goals."""

    url: str
    owner: str = ""

    @classmethod
    def of(cls, entry: str) -> "Channel":
        """The channel of an entry of OKRA_DIGEST: `mailtos://...`, or `ana@example.com=mailtos://...`."""
        before, separator, _ = entry.partition("://")
        owner, is_owner, service = before.partition("=")
        if not separator or not is_owner:
            return cls(entry)
        return cls(service + entry[len(before) :], unquote(owner))

    @property
    def name(self) -> str:
        """Such as `slack-3f9a1c22`: it tells channels apart and reveals nothing of the URL."""
        service = self.url.partition("://")[0].lower()
        entry = f"{self.owner}={self.url}" if self.owner else self.url
        return f"{service}-{hashlib.sha256(entry.encode()).hexdigest()[:8]}"

    def send(self, digest: Digest) -> str:
        """Send it. Returns the fault in words, empty when it was delivered; a fault of the service is not raised."""
        # here, because most runs send nothing
        import apprise

        sender, service = apprise.Apprise(), apprise.Apprise.instantiate(self.url)
        if not service or not sender.add(service):
            return "Apprise knows no such address; see its documentation of the service's URL"
        # what the URL asks for, else Markdown where the service has it, else the form that it is best at; of HTML,
        # Apprise sends mail with a text of its own beside it
        form = service.resolve_format(apprise.NotifyFormat.MARKDOWN)
        bodies = {
            apprise.NotifyFormat.HTML: digest.html,
            apprise.NotifyFormat.MARKDOWN: digest.markdown,
            apprise.NotifyFormat.TEXT: digest.text,
        }
        with apprise.LogCapture(level=logging.WARNING, fmt="%(message)s") as log:  # type: ignore[no-untyped-call]
            try:
                delivered = sender.notify(
                    title=digest.title,
                    body=bodies[form],
                    body_format=form,
                )
            except Exception as error:
                return self.redacted(f"{type(error).__name__}: {error}")
            message = " ".join(log.getvalue().split())
        return "" if delivered else self.redacted(message) or "the service did not take it"

    def redacted(self, text: str) -> str:
        """The text without any part of the URL that may be a secret."""
        parts = re.split(r"[/:@?&=]+", self.url.partition("://")[2])
        for part in sorted({*parts, *map(unquote, parts)}, key=len, reverse=True):
            if len(part) >= MIN_SECRET_LENGTH:
                text = text.replace(part, "***")
        return text
