"""The command in a process that is forked from one that has imported everything: a fault then costs its run alone.

What a forked process does is what `okra` does from its entry point on, in a process group of its own. Only its imports
are another's, so it is no help against faults of an installation.
"""

import os
import signal
import sys
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from tests.end_to_end.conftest import Done, Home
from tests.limits import HANG_SECONDS

IMPORTED = (
    *("pipelines.cli", "pipelines.definitions", "pipelines.orchestration.runner"),
    *("pipelines.commands.daily", "pipelines.commands.repair", "pipelines.commands.verify"),
    *("pipelines.orchestration.event_log", "pipelines.steps.describe", "connectors.sandbox"),
    *("dbt.cli.main", "dbt.adapters.duckdb", "dbt.task.build", "pipelines.warehouse.dbt_build"),
)
"""What a run imports for the greater part. The parent runs nothing of it."""


@dataclass
class Forked:
    """A command at work, in a process group of its own."""

    pid: int
    out: Path
    err: Path
    status: int | None = None

    def is_over(self) -> bool:
        """Whether the command has ended."""
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.status = status if pid else None
        return self.status is not None

    def kill(self) -> None:
        """End it by SIGKILL, with all that it has started."""
        if not self.is_over():
            os.killpg(self.pid, signal.SIGKILL)
            _, self.status = os.waitpid(self.pid, 0)

    def wait(self, seconds: float) -> Done:
        """How it ended. Raises TimeoutError, with the process killed."""
        deadline = time.monotonic() + seconds
        while not self.is_over():
            if time.monotonic() > deadline:
                self.kill()
                raise TimeoutError(f"not over after {seconds} seconds")
            time.sleep(0.02)
        assert self.status is not None
        return Done(
            os.waitstatus_to_exitcode(self.status), self.out.read_text(), self.err.read_text()
        )


@dataclass(frozen=True)
class ForkedHome(Home):
    """A home whose commands are forked from this process."""

    def okra(self, *arguments: str, timeout: float = HANG_SECONDS, **settings: str) -> Done:
        """Run a command to its end; `settings` count for it alone."""
        return self.start(*arguments, **settings).wait(timeout)

    def start(self, *arguments: str, **settings: str) -> Forked:
        """Start a command."""
        out, err = (self.path.with_name(f"{self.path.name}.{kind}") for kind in ("out", "err"))
        for file in (out, err):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("")
        with ready_to_fork():
            pid = os.fork()
            if pid == 0:
                follow(arguments, {**self.environment, **settings}, out, err)
        return Forked(pid, out, err)


@contextmanager
def ready_to_fork() -> Iterator[None]:
    """Import what a run imports, and write what is not written yet: the fork would write it again."""
    for name in IMPORTED:
        import_module(name)
    sys.stdout.flush()
    sys.stderr.flush()
    yield


def follow(
    arguments: tuple[str, ...], environment: Mapping[str, str], out: Path, err: Path
) -> None:
    """Be the command, and end as it ends: nothing of the parent's goes on in this process."""
    code = 70
    try:
        os.setsid()
        for path, number in ((out, 1), (err, 2)):
            file = os.open(path, os.O_WRONLY | os.O_APPEND)
            os.dup2(file, number)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = ["okra", *arguments]
        import_module("pipelines.cli").main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
