"""The sample company's sheet is a file."""

from connectors.sandbox.spreadsheet import serve
from connectors.spreadsheet.source import SOURCE
from tests.conformance.case import Case

CASE = Case(source=SOURCE, serve=serve, wire="file")
