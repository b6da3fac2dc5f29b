"""A secret is in no file, no output, no command line and no message: of keys, and of what addresses have in them.

Each secret setting has a word of its own that is looked for, after a run in which all systems answer and after one in
which none does.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from tests.end_to_end.conftest import Done, Home
from tests.end_to_end.graphql_answers import graphql_answers

TODAY = datetime.now(UTC).date()
YESTERDAY = TODAY - timedelta(days=1)
CANARIES = {
    "stripe": "rk_live_canary_0a7f3c",
    "facebook": "EAAcanary_1b8e4d",
    "database": "canary_2c9d5e",
    "sheet": "canary_3da06f",
    "rates": "canary_4eb170",
    "digest": "canary_5fc281",
}
ANSWERS = {
    "/kpis.csv": f"kpi,date,value,team\nheadcount,{YESTERDAY},12,sales\n",
    "/rates.csv": f"Date,USD,\n{YESTERDAY},1.1573,\n",
}


class Systems(BaseHTTPRequestHandler):
    """A sheet, rates and a chat; each repeats the address that it was asked by where it refuses."""

    refuses = False
    received: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        text = ANSWERS.get(self.path.partition("?")[0])
        self.answer(404 if self.refuses or text is None else 200, text or self.path)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode("utf-8", "replace")
        self.received.append(body)
        said = f"{self.path} {self.headers.get('authorization', '')}"
        self.answer(403 if self.refuses else 200, said)

    def answer(self, status: int, text: str) -> None:
        content = text.encode()
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def systems() -> Iterator[int]:
    """The port of the systems."""
    Systems.refuses, Systems.received = False, []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Systems)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@contextmanager
def command_lines() -> Iterator[set[bytes]]:
    """The command lines of all processes that are seen meanwhile, as everybody on the machine can read them."""
    seen: set[bytes] = set()
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(0.1):
            for place in Path("/proc").glob("[0-9]*/cmdline"):
                with suppress(OSError):  # it has ended
                    seen.add(place.read_bytes())

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()


def run(home: Home) -> tuple[Done, set[bytes]]:
    with command_lines() as seen:
        done = home.okra("run", "--json", OKRA_LOG="json")
    return done, seen


def assert_nowhere(home: Home, done: Done, lines: set[bytes]) -> None:
    """No canary is in a file of the home, in what was printed, in a command line, in a message that was sent, or in an
    answer of Dagster's GraphQL server, which is what its UI shows.
    """
    files = {str(x): x.read_bytes() for x in home.path.rglob("*") if x.is_file()}
    assert len(files) > 50
    said = {"output": done.out.encode(), "errors": done.err.encode()}
    sent = {"digest": json.dumps(Systems.received).encode()}
    processes = {"processes": b"\n".join(lines)}
    answers = {f"GraphQL, {name}": text.encode() for name, text in graphql_answers(home)}
    assert any(b"ExecutionStep" in x for x in answers.values())
    for place, content in {**files, **said, **sent, **processes, **answers}.items():
        for name, canary in CANARIES.items():
            assert canary.encode() not in content, (name, place)


@pytest.mark.large
def test_no_secret_is_seen_anywhere_whether_systems_answer_or_not(
    new_home: Callable[..., Home], systems: int
) -> None:
    address = f"http://127.0.0.1:{systems}"
    home = new_home(
        OKRA_START_DATE=(TODAY - timedelta(days=5)).isoformat(),
        OKRA_SHEETS=f"{address}/kpis.csv?sig={CANARIES['sheet']}",
        OKRA_EXCHANGE_RATES=f"{address}/rates.csv?token={CANARIES['rates']}",
        OKRA_DIGEST=f"json://127.0.0.1:{systems}/{CANARIES['digest']}",
    )
    done, lines = run(home)
    assert done.code in (0, 1), done.err
    assert Systems.received, "the digest was sent"
    assert home.rows("select 1 from windows where source = 'spreadsheet'")
    assert_nowhere(home, done, lines)

    Systems.refuses = True
    failing = Home(
        home.path,
        {
            **home.settings,
            "STRIPE_API_KEY": CANARIES["stripe"],
            "STRIPE_API_BASE": address,
            "STRIPE_TIMEZONE": "Etc/UTC",
            "FACEBOOK_PAGE_ID": "1",
            "FACEBOOK_ACCESS_TOKEN": CANARIES["facebook"],
            "FACEBOOK_API_BASE": address,
            "DATABASE_URL": f"postgresql+psycopg://okra:{CANARIES['database']}@127.0.0.1:9/shop",
        },
    )
    done, lines = run(failing)
    assert done.code == 1, done.err
    failed = {x["source"] for x in done.document["sources"] if x["error"]}
    assert {"spreadsheet", "stripe", "facebook_pages", "sql_database"} <= failed
    assert_nowhere(failing, done, lines)
    for command in ("sources", "doctor", "health", "privacy", "status", "digest", "check"):
        asked = failing.ask(command)
        for canary in CANARIES.values():
            assert canary not in asked.out + asked.err, command
