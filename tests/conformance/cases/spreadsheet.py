"""The sample company's sheet is a file."""

from connectors.sandbox.spreadsheet import serve
from connectors.spreadsheet import SOURCE
from tests.conformance.case import Case

CASE = Case(source=SOURCE, serve=serve, wire="file")
