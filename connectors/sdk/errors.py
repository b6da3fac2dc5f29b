"""What can go wrong between Okra and a source, and what to do about it.

    SourceError
    ├── CredentialError      the credential is not accepted (401, expired or malformed key)
    ├── PermissionDenied     the credential may not read this (403, a missing scope)
    ├── QuotaExhausted       a daily quota is spent; waiting a few seconds does not help
    ├── Throttled            too many requests (retried)
    ├── Unavailable          down, slow, or cut off in mid-answer (retried)
    ├── Rejected             the source refuses the request itself (a renamed metric, a bad property id)
    ├── Drift                the answer does not fit the declared schema
    └── NotPullable          the window cannot be pulled at all (a snapshot of a past day)

A connector turns each vendor's exceptions into these, and the engine handles only these. An error never becomes
an empty answer: no rows means that the source answered so.
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
    """A quota that refills in hours, not seconds, is spent. What was pulled is kept."""

    kind = "quota"


class Throttled(SourceError):
    """Too many requests. Retried after `retry_after`, or with exponential backoff."""

    kind = "throttled"
    retryable = True


class Unavailable(SourceError):
    """The source did not answer, or not to the end. Retried."""

    kind = "unavailable"
    retryable = True


class Rejected(SourceError):
    """The source refuses the request, and would refuse it again."""

    kind = "rejected"


class Drift(SourceError):
    """The source's answer no longer fits the declared schema (a type changed, a key is null)."""

    kind = "drift"


class NotPullable(SourceError):
    """The source can never give this window."""

    kind = "not_pullable"
