"""Google's own client of the Data API, over gRPC or REST.

Both transports are of the package google-analytics-data. REST is for networks whose proxy does not let gRPC
through, and costs a little time.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from connectors.sdk.errors import Rejected
from connectors.sdk.google_sign_in import grpc_authorities, insecure_channel, sign_in
from connectors.sdk.option_values import usable_host
from connectors.sdk.trust import authorities

if TYPE_CHECKING:  # the client takes a second to import: done when a property is opened
    from google.analytics.data_v1beta import BetaAnalyticsDataClient

SCOPE = "https://www.googleapis.com/auth/analytics.readonly"
DEFAULT_ENDPOINT = "https://analyticsdata.googleapis.com"
TRANSPORTS = ("grpc", "rest")


def open_client(values: Mapping[str, str]) -> "BetaAnalyticsDataClient":
    """A client of GA4_API_ENDPOINT by GA4_TRANSPORT. Sends no request; http is on loopback, without credentials.

    Raises `SourceError` when the options make no sense, or without credentials where some are needed.
    """
    parts = usable_host(values, "GA4_API_ENDPOINT", DEFAULT_ENDPOINT)
    transport = values.get("GA4_TRANSPORT", "").strip().lower() or TRANSPORTS[0]
    if transport not in TRANSPORTS:
        raise Rejected("GA4_TRANSPORT is no transport", f"use {' or '.join(TRANSPORTS)}")
    from google.analytics.data_v1beta import BetaAnalyticsDataClient
    from google.analytics.data_v1beta.services.beta_analytics_data.transports import (
        BetaAnalyticsDataGrpcTransport,
        BetaAnalyticsDataRestTransport,
    )
    from google.auth.credentials import AnonymousCredentials

    is_local = parts.scheme == "http"
    if is_local and transport == "grpc":
        channel = insecure_channel(parts.netloc)
        return BetaAnalyticsDataClient(transport=BetaAnalyticsDataGrpcTransport(channel=channel))
    credentials = AnonymousCredentials() if is_local else sign_in(values, SCOPE)  # type: ignore[no-untyped-call]
    if transport == "grpc":
        return BetaAnalyticsDataClient(
            transport=BetaAnalyticsDataGrpcTransport(
                host=parts.netloc,
                credentials=credentials,
                ssl_channel_credentials=grpc_authorities(),
                always_use_jwt_access=True,  # as Google's client asks for by itself
            )
        )
    rest = BetaAnalyticsDataRestTransport(
        host=parts.netloc,
        credentials=credentials,
        url_scheme=parts.scheme,
        always_use_jwt_access=True,
    )
    rest._session.verify = authorities() or True
    rest._session.trust_env = not is_local  # no proxy for this machine
    return BetaAnalyticsDataClient(transport=rest)
