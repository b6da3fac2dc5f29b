"""A reader: a copy of the project in which what a page says is typed, in its order.

The environment's packages are shared, so that nothing is installed again; the code is the copy's.
"""

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import duckdb

from connectors.sdk import catalog
from connectors.sdk.source_settings import settings_of
from tests.docs.pages import Block
from tests.limits import HANG_SECONDS
from tests.projects import copy_checkout

OF_SOURCES = {
    option.name for source in catalog.sources().values() for option in settings_of(source)
}

WRITTEN_OUT = {
    "GA4_PROPERTY_ID": "123456789",
    "OKRA_EXCHANGE_RATES": "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist.zip",
}
"""What a page writes into `sources.yml`, by the setting that it stands for."""


class Reader:
    """Types blocks and commands into a shell, in a copy of the project at `path`.

    `own` is what stands for the reader's own keys and addresses: by the name of a setting, its value here. As in a
    terminal, `cd` counts for what is typed after it.
    """

    def __init__(self, path: Path, own: Mapping[str, str]) -> None:
        self.path = path
        self.folder = path
        self.own = own
        copy_checkout(path)
        borrow_packages(path / ".venv")
        clean = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("OKRA_", "DAGSTER_")) and name not in OF_SOURCES
        }
        self.environment = clean | {
            "PYTHONPATH": str(path),
            "PATH": f"{path / '.venv' / 'bin'}:{os.environ['PATH']}",
            # addresses that a reader never types: their own are the vendors'
            **{name: value for name, value in own.items() if value.startswith("http://127.")},
        }

    def type(self, text: str, answers: str = "") -> str:
        """Run lines of a shell to their end; what they printed. Fails the test when one of them fails."""
        for name, value in self.own.items():
            text = re.sub(rf"^((?:echo ')?{name})=[^'\n]*", rf"\1={value}", text, flags=re.M)
        for name, written in WRITTEN_OUT.items():
            text = text.replace(written, self.own.get(name, written))
        place = self.path.parent / "working-directory"
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", f"{text}\npwd > '{place}'"],
            cwd=self.folder,
            env=self.environment,
            input=answers,
            capture_output=True,
            text=True,
            check=False,
            timeout=HANG_SECONDS,
        )
        assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
        self.folder = Path(place.read_text("utf-8").strip())
        return done.stdout

    def follow(self, blocks: list[Block]) -> None:
        """Type each block of commands; the plain text that follows one is what is answered to its questions."""
        for block, after in zip(blocks, [*blocks[1:], None], strict=True):
            if block.language == "sh":
                asked = block.commands == ["okra init"] and after is not None
                self.type(block.text, after.text if asked and after else "")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the published file answers."""
        with duckdb.connect(
            str(self.folder / "data" / "okra.duckdb"), read_only=True
        ) as connection:
            return connection.execute(query).fetchall()


def borrow_packages(venv: Path) -> None:
    """A virtual environment of links to this one, which counts as installed."""
    (venv / "bin").mkdir(parents=True)
    for program in Path(sys.executable).parent.iterdir():
        (venv / "bin" / program.name).symlink_to(program)
    (venv / "lib").symlink_to(Path(sys.prefix) / "lib")
    shutil.copyfile(Path(sys.prefix) / "pyvenv.cfg", venv / "pyvenv.cfg")
    for mark in (".installed", ".developing"):
        (venv / mark).touch()


@dataclass(frozen=True)
class Mailbox:
    """Where digests go, as Apprise addresses it, and what has come."""

    address: str
    taken: list[bytes]


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """Takes what Apprise posts to a json:// address."""
    taken: list[bytes] = []

    class Taker(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taker)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield Mailbox(f"json://127.0.0.1:{server.server_port}/okrs", taken)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
