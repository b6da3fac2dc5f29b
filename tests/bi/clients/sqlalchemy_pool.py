"""A program with a connection pool: for each line on standard input it queries again, or renews the pool."""

import json
import sys

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

options = {"null": {"poolclass": NullPool}, "kept": {}, "recycled": {"pool_recycle": 1}}
engine = create_engine(
    f"duckdb:///{sys.argv[1]}", connect_args={"read_only": True}, **options[sys.argv[2]]
)
for line in sys.stdin:
    if line.strip() == "renew":
        engine.dispose()
    with engine.connect() as connection:
        [[answer]] = connection.execute(text("select name from company"))
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
