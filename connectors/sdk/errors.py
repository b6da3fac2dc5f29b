"""What can go wrong between Okra and a source, and what the person who reads it should do.

    SourceError
    ├── CredentialError      the source does not know who asks (401, expired or malformed key)
    ├── PermissionDenied     it knows, and says no (403, a missing scope)
    ├── QuotaExhausted       a daily budget is spent; waiting a few seconds does not help
    ├── Throttled            too fast; wait and ask again (retried)
    ├── Unavailable          down, slow, cut off in mid-answer (retried)
    ├── Rejected             the source refuses the request itself (a renamed metric, a bad property id)
    ├── Drift                the answer does not fit the declared schema
    └── NotPullable          the window cannot be pulled at all (a snapshot of a day gone by)

A connector turns each vendor's exceptions into these; everything above it reads only these.
An error is never turned into an empty answer: no rows means that the source said so.
"""


class SourceError(Exception):
    """A source could not be read. `message` says what happened, `remedy` what to do about it."""

    kind = "error"
    retryable = False

    def __init__(self, message: str, remedy: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.retry_after = retry_after
        """Seconds the source asked us to wait, where it said so."""

    def __str__(self) -> str:
        return f"{self.message}; {self.remedy}" if self.remedy else self.message


class CredentialError(SourceError):
    """The credential is missing, malformed, expired or revoked."""

    kind = "credential"


class PermissionDenied(SourceError):
    """The credential is known but may not read this."""

    kind = "permission"


class QuotaExhausted(SourceError):
    """A budget that refills in hours, not seconds, is spent. What was pulled is kept."""

    kind = "quota"


class Throttled(SourceError):
    """Asked too fast. Retried after `retry_after`, or with growing pauses."""

    kind = "throttled"
    retryable = True


class Unavailable(SourceError):
    """The source did not answer, or not to the end. Retried."""

    kind = "unavailable"
    retryable = True


class Rejected(SourceError):
    """The source refuses the request as it is; asking again would be refused again."""

    kind = "rejected"


class Drift(SourceError):
    """The source's answer no longer fits the declared schema (a type changed, a key is null)."""

    kind = "drift"


class NotPullable(SourceError):
    """The window cannot be had from this source, now or ever."""

    kind = "not_pullable"
