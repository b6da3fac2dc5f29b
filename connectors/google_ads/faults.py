"""What an exception of Google's clients means for Google Ads, which says what is wrong in an error of its own.

Docs: developers.google.com/google-ads/api/docs/best-practices/understand-api-errors, …/docs/api-policy/access-levels.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from connectors.sdk import google_api, google_sign_in
from connectors.sdk.errors import (
    CredentialError,
    NotPullable,
    PermissionDenied,
    QuotaExhausted,
    Rejected,
    SourceError,
    Throttled,
)
from connectors.sdk.http import excerpt

if TYPE_CHECKING:  # an extra, and slow to import
    from google.ads.googleads.v26.errors.types.errors import GoogleAdsError

FAILURE = "google.ads.googleads.v26.errors.googleadsfailure-bin"
"""The trailing metadata in which Google Ads says what is wrong."""
SHORT_TERM_QUOTAS = {
    "RESOURCE_TEMPORARILY_EXHAUSTED",
    "EXCESSIVE_SHORT_TERM_QUERY_RESOURCE_CONSUMPTION",
}
"""Quota errors that pass within minutes."""
TOO_OLD = "REQUESTED_DATE_GRANULARITY_NOT_SUPPORTED"
"""The date_range_error of days that are no longer kept."""

SHARE_ACCOUNT = (
    "give the address that signs in access under Admin > Access and security; where that is done in "
    "a manager account, set GOOGLE_ADS_LOGIN_CUSTOMER_ID to its number"
)
APPLY = (
    "apply for Explorer access or more for the project of the credentials, in the Google Cloud "
    "console under Google Ads API > Overview"
)
REMEDIES: Mapping[str, str] = {
    "ACTION_NOT_PERMITTED": APPLY,
    "CLOUD_PROJECT_NOT_APPROVED_FOR_PRODUCTION": APPLY,
    "CLOUD_PROJECT_NOT_UNDER_ORGANIZATION": APPLY,
    "DEVELOPER_TOKEN_NOT_APPROVED": APPLY,
    "PROJECT_DISABLED": "switch the Google Ads API on in the project of the credentials",
    "MISSING_TOS": "accept the terms of service in the Google Cloud console under Google Ads API > Overview",
    "CUSTOMER_NOT_ENABLED": (
        "the account is cancelled, or not yet set up: activate it in Google Ads, or leave it out "
        "(OKRA_SOURCES); what was pulled stays"
    ),
    "ACTION_NOT_PERMITTED_FOR_SUSPENDED_ACCOUNT": "the account is suspended: ask Google Ads why",
    "INVALID_LOGIN_CUSTOMER_ID_SERVING_CUSTOMER_ID_COMBINATION": (
        "the account of GOOGLE_ADS_LOGIN_CUSTOMER_ID does not manage that of GOOGLE_ADS_CUSTOMER_ID: "
        "correct one of them"
    ),
    "CUSTOMER_NOT_FOUND": "correct GOOGLE_ADS_CUSTOMER_ID",
    "NOT_ADS_USER": SHARE_ACCOUNT,
    "DEVELOPER_TOKEN_INVALID": "unset GOOGLE_ADS_DEVELOPER_TOKEN: Google has ignored it since September 2026",
}
"""By the code of an authentication_error or authorization_error."""


def diagnose(error: Exception) -> SourceError | None:
    """What an exception of Google's clients means; None for any other."""
    failure = failure_in(error)
    fault = fault_of(failure) if failure else None
    return fault or google_api.diagnose(error)


def failure_in(error: Exception) -> "GoogleAdsError | None":
    """The first error that Google Ads itself reports of a call; None where it reports none."""
    trailing = getattr(getattr(error, "response", None), "trailing_metadata", None)
    for key, value in (trailing() if trailing else None) or ():
        if key == FAILURE:
            from google.ads.googleads.v26.errors.types.errors import GoogleAdsFailure

            return next(iter(GoogleAdsFailure.deserialize(value).errors), None)
    return None


def fault_of(error: "GoogleAdsError") -> SourceError | None:
    """What an error of Google Ads means; None leaves it to the status of the call."""
    kind = type(error).pb(error).error_code.WhichOneof("error_code") or ""
    code = getattr(error.error_code, kind).name if kind else "unknown"
    message = f"{code}: {excerpt(error.message)}"
    if kind == "authentication_error":  # its message can repeat what was sent
        remedy = REMEDIES.get(code, f"check the credentials ({google_sign_in.KEY_FILE})")
        return CredentialError(f"Google Ads does not accept the credentials ({code})", remedy)
    if kind == "authorization_error":
        remedy = REMEDIES.get(code, SHARE_ACCOUNT)
        return PermissionDenied(f"Google Ads denies access: {message}", remedy)
    if code == TOO_OLD:
        return NotPullable(
            "Google Ads keeps days for 37 months, and older ones were asked for",
            "set OKRA_START_DATE to a later day",
        )
    if kind == "quota_error":
        delay = error.details.quota_error_details.retry_delay.total_seconds() or None
        if code in SHORT_TERM_QUOTAS:
            return Throttled(f"Google Ads asks for fewer requests: {message}", retry_after=delay)
        message = f"Google Ads' quota is spent: {message}"
        return QuotaExhausted(message, google_api.QUOTA_REMEDY, retry_after=delay)
    if kind in {"", "internal_error", "database_error"}:
        return None
    return Rejected(f"Google Ads refuses the request: {message}")
