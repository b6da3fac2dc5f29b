"""Google Ads is spoken to by gRPC."""

from connectors.google_ads.source import SOURCE
from connectors.sandbox.google_ads import serve
from tests.conformance.case import Case

CASE = Case(source=SOURCE, serve=serve, wire="grpc")
