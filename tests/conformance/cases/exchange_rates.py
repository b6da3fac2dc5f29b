"""Exchange rates come in a file."""

from connectors.exchange_rates import SOURCE
from connectors.sandbox.exchange_rates import serve
from tests.conformance.case import Case

CASE = Case(source=SOURCE, serve=serve, wire="file")
