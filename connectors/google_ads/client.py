"""The client of Google Ads: the account, who asks for it, and the channel.

The connector uses the service's client with a channel of its own instead of `GoogleAdsClient`, which cannot open a
channel to this machine. What `GoogleAdsClient` adds to a call is added here.

Access belongs to the Google Cloud project of the credentials. Developer tokens were sunset on 9 September 2026: they
may still be sent, and are ignored (developers.google.com/google-ads/api/docs/api-policy/developer-token).
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from connectors.sdk.errors import Rejected, SourceError
from connectors.sdk.google_sign_in import grpc_authorities, insecure_channel, sign_in
from connectors.sdk.option_values import optional_header, usable_host

if TYPE_CHECKING:  # an extra, and slow to import: done when an account is opened
    from google.ads.googleads.v26.services.services.google_ads_service import (
        GoogleAdsServiceClient,
    )

SCOPE = "https://www.googleapis.com/auth/adwords"
"""Google Ads has no other scope, so the token may write as well. Nothing is written."""
DEFAULT_ENDPOINT = "https://googleads.googleapis.com"


def customer_number(values: Mapping[str, str], option: str) -> str:
    """The account's number as the API takes it, without dashes. Raises `Rejected` when it is none."""
    number = values.get(option, "").strip().replace("-", "")
    if not re.fullmatch(r"[0-9]{10}", number):
        raise Rejected(
            f"{option} is not the number of a Google Ads account",
            "it has ten digits and stands at the top of Google Ads, for example 123-456-7890",
        )
    return number


def metadata_of(values: Mapping[str, str]) -> list[tuple[str, str]]:
    """What goes along with each call: the manager account and the developer token, if there are any."""
    metadata = []
    if token := optional_header(values, "GOOGLE_ADS_DEVELOPER_TOKEN"):
        metadata.append(("developer-token", token))
    if values.get("GOOGLE_ADS_LOGIN_CUSTOMER_ID", "").strip():
        manager = customer_number(values, "GOOGLE_ADS_LOGIN_CUSTOMER_ID")
        metadata.append(("login-customer-id", manager))
    return metadata


def open_client(values: Mapping[str, str]) -> "GoogleAdsServiceClient":
    """A client of GOOGLE_ADS_API_ENDPOINT. Sends no request; http is on loopback, without credentials.

    Raises `SourceError` when the options make no sense, when Google's package is not installed, or without credentials
    where some are needed.
    """
    parts = usable_host(values, "GOOGLE_ADS_API_ENDPOINT", DEFAULT_ENDPOINT)
    try:
        from google.ads.googleads.v26.services.services.google_ads_service import (
            GoogleAdsServiceClient,
        )
        from google.ads.googleads.v26.services.services.google_ads_service.transports import (
            GoogleAdsServiceGrpcTransport,
        )
    except ModuleNotFoundError:
        raise SourceError(
            "Google Ads is read with a package that is not installed",
            "pip install google-ads",
        ) from None
    if parts.scheme == "http":
        transport = GoogleAdsServiceGrpcTransport(channel=insecure_channel(parts.netloc))
    else:
        transport = GoogleAdsServiceGrpcTransport(
            host=parts.netloc,
            credentials=sign_in(values, SCOPE),
            ssl_channel_credentials=grpc_authorities(),
        )
    return GoogleAdsServiceClient(transport=transport)
