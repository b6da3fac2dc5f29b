"""Python's duckdb package: answers each question from standard input with its rows."""

import json
import sys
from datetime import date, datetime, timezone
from decimal import Decimal

import duckdb


def plain(value):
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc).isoformat()  # noqa: UP017 - old clients lack datetime.UTC
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value))


connection = duckdb.connect(sys.argv[1], read_only=True)
answers = {
    name: connection.execute(question).fetchall() for name, question in json.load(sys.stdin).items()
}
sys.stdout.write(json.dumps({"version": duckdb.__version__, **answers}, default=plain))
