"""Tries mutants in a copy of the tree: each in a process that is forked from one with all libraries imported."""

import os
import pickle
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Literal

import pytest

from tests.mutants.places import Mutant
from tests.mutants.recorder import Asked, FirstFailureOnly, Recorded, Recorder, chosen

QUIET = (
    "-q",
    "-x",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:xdist",
    "-W",
    "ignore::pytest.PytestAssertRewriteWarning",
)
MOST_MEMORY = 6 * 2**30
"""Bytes of addresses: a mutant that multiplies without end fails rather than fill the machine."""
LEAST_SECONDS, TIMES_AS_LONG = 20.0, 3
"""A mutant has the time that its tests took before, so many times, and some for what is imported."""
End = Literal["killed", "killed by time", "survived", "not reached"]


@dataclass(frozen=True)
class Trial:
    """What came of a mutant."""

    mutant: Mutant
    end: End
    tests: int
    seconds: float


@dataclass(frozen=True)
class Baseline:
    """What the tests do without any change."""

    tests: Mapping[str, Recorded]
    libraries: tuple[str, ...]
    """The modules that they import, but the project's own."""


def recorded(root: Path, package: str, tests: str) -> Baseline:
    """Run all tests of the package once, and note what each calls."""
    kept = root / "recorded.pickle"

    def record() -> int:
        recorder = Recorder(root, package)
        arguments = [*QUIET, f"--rootdir={root}", "--maxfail=1000", tests]
        code = pytest.main(arguments, plugins=[recorder, FirstFailureOnly()])
        for name in recorder.failed & recorder.tests.keys():
            recorder.tests[name].passed = False
        own = {x.name.removesuffix(".py") for x in root.iterdir()} | {"conftest", "__main__"}
        libraries = tuple(
            name
            for name, module in sys.modules.items()
            if name.partition(".")[0] not in own
            and getattr(getattr(module, "__spec__", None), "name", None) == name
        )
        kept.write_bytes(pickle.dumps(Baseline(recorder.tests, libraries)))
        return int(code)

    code = forked(record, root / "recorded.log", seconds=None)
    if code not in (0, 1):
        raise SystemExit((root / "recorded.log").read_text("utf-8")[-3_000:])
    baseline: Baseline = pickle.loads(kept.read_bytes())
    return baseline


def tried(
    root: Path, tests: str, package: str, baseline: Baseline, mutant: Mutant, most_seconds: float
) -> Trial:
    """Run the tests that a mutant concerns until one fails."""
    names = chosen(
        baseline.tests,
        mutant.module,
        mutant.function,
        nearness(root, tests, package, mutant.module),
        most_seconds,
    )
    if not names:
        return Trial(mutant, "not reached", 0, 0)
    files = [*dict.fromkeys(name.partition("::")[0] for name in names)]
    took = sum(baseline.tests[name].seconds for name in names)

    def run() -> int:
        plugins = [Asked(frozenset(names)), FirstFailureOnly()]
        return int(pytest.main([*QUIET, f"--rootdir={root}", *files], plugins=plugins))

    began = time.monotonic()
    with in_place(root / mutant.module, mutant.code):
        code = forked(run, root / "trial.log", seconds=LEAST_SECONDS + TIMES_AS_LONG * took)
    ends: dict[int | None, End] = {0: "survived", 5: "survived", None: "killed by time"}
    return Trial(mutant, ends.get(code, "killed"), len(names), time.monotonic() - began)


def nearness(root: Path, tests: str, package: str, module: str) -> Mapping[str, int]:
    """How near each test file is to a module: 0 for the one of its name, 1 for those of its room, and of all rooms."""
    inside = Path(module).relative_to(package)
    room = root / tests / inside.parent
    mirror = room / f"test_{inside.name}"
    near = [*room.rglob("test_*.py"), *(root / tests).glob("test_*.py")]
    return {x.relative_to(root).as_posix(): int(x != mirror) for x in near}


@contextmanager
def in_place(path: Path, code: str) -> Iterator[None]:
    """Have a file be another for a while. Its times come back too, so that what Python compiled of it counts again."""
    before, times = path.read_bytes(), path.stat()
    path.write_text(code, encoding="utf-8")
    try:
        yield
    finally:
        path.write_bytes(before)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def forked(work: Callable[[], int], log: Path, *, seconds: float | None) -> int | None:
    """Do a work in a process of its own, and return its exit code; None where it took too many CPU seconds.

    A negative code is that of a signal. On a machine that has other work, ten times as long is too long.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        code = 70
        try:
            os.setsid()
            number = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.dup2(number, 1)
            os.dup2(number, 2)
            sys.dont_write_bytecode = seconds is not None
            if seconds is not None:
                resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds) + 5))
                resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
            code = work()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    deadline = time.monotonic() + 10 * seconds if seconds else float("inf")
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            code = os.waitstatus_to_exitcode(status)
            return None if code in (-signal.SIGXCPU, -signal.SIGKILL) else code
        if time.monotonic() > deadline:
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            return None
        time.sleep(0.02)


def import_all(names: tuple[str, ...]) -> None:
    """Import what every trial would import again. What cannot be imported by its name alone is left to the trials."""
    for name in names:
        with suppress(Exception):
            import_module(name)
