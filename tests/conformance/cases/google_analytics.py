"""Google Analytics is spoken to by gRPC."""

from connectors.google_analytics.source import SOURCE
from connectors.sandbox.google_analytics import serve
from tests.conformance.case import Case

CASE = Case(source=SOURCE, serve=serve, wire="grpc")
