"""A database is spoken to by its own protocol."""

from connectors.sandbox.sql_database import serve
from connectors.sql_database.source import SOURCE
from tests.conformance.case import Case

CASE = Case(source=SOURCE, serve=serve, wire="sql")
