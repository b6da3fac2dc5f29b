"""What can go wrong between Okra and a source, and what to do about it.

    SourceError
    ├── CredentialError      the credential is not accepted (401, expired or malformed key)
    ├── PermissionDenied     the credential may not read this (403, a missing scope)
    ├── QuotaExhausted       a daily quota is spent; waiting a few seconds does not help
    ├── Throttled            too many requests (retried)
    ├── Unavailable          down, slow, or cut off in mid-answer (retried)
    ├── Rejected             the source refuses the request itself (a renamed metric, a bad property id)
    ├── Drift                the answer does not fit the declared schema
    ├── NotPullable          the window cannot be pulled at all (a snapshot of a past day)
    └── ConnectorBug         the connector itself failed: an exception that is none of the above

A connector turns each vendor's exceptions into these, and the engine handles only these. An error never becomes
an empty answer: no rows means that the source answered so.
"""

import re
import traceback
from collections.abc import Mapping
from pathlib import Path

import connectors

CONNECTORS = Path(__file__).parents[1]
"""The folder `connectors`, in which the line at fault is looked for."""


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

    def renamed(self, names: Mapping[str, str]) -> "SourceError":
        """This error, in which settings are called as they are written: `names` by the option's name."""
        self.message, self.remedy = (
            re.sub(r"\b[A-Z][A-Z0-9_]+\b", lambda word: names.get(str(word[0]), str(word[0])), text)
            for text in (self.message, self.remedy)
        )
        return self


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


class ConnectorBug(SourceError):
    """The connector failed by itself. The exception's own text is not shown: it can hold a secret or a row."""

    kind = "error"

    def __init__(self, error: BaseException) -> None:
        """`error` is the exception that the connector let through."""
        frames = traceback.extract_tb(error.__traceback__)
        inside = [frame for frame in frames if is_of_a_source(Path(frame.filename))]
        place = inside[-1] if inside else frames[-1]
        where = f"{shown_path(Path(place.filename))}:{place.lineno}"
        super().__init__(
            f"the connector failed at {where} ({type(error).__name__})",
            "this is a bug: mend the connector, or report it with the traceback in the run's log",
        )
        self.trace = "".join(traceback.format_list(frames)) + type(error).__name__
        """The lines of code that led to it, without any value."""


def is_of_a_source(file: Path) -> bool:
    """Whether a file is a connector's own, and no part of what connectors are made with."""
    return any(x in file.parents for x in folders()) and file.parent not in (
        CONNECTORS / "sdk",
        CONNECTORS / "lake",
    )


def shown_path(file: Path) -> str:
    """A file below the folder that a folder `connectors` is in; only the name of any other."""
    roots = (folder.parent for folder in folders())
    return next(
        (file.relative_to(root).as_posix() for root in roots if root in file.parents), file.name
    )


def folders() -> list[Path]:
    """The folders of connectors: Okra's, and the company's own."""
    return [CONNECTORS, *(Path(x) for x in connectors.__path__ if Path(x) != CONNECTORS)]
