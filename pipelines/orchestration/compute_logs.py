"""What steps print, kept in files for Dagster's UI and shown as before, at the cost of two small processes a run.

Dagster's own log manager follows each of the two files with a `tail`, and starts a Python interpreter for each `tail`
to end it should the run be killed. Here `tee` stands between the run and the file: it ends by itself when the run does,
and it has written everything when the run goes on.

It depends on Dagster's internals. Without `tee`, as on Windows, all is left to Dagster.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from io import UnsupportedOperation
from pathlib import Path
from typing import Any, TextIO

from dagster._core.storage.compute_log_manager import CapturedLogContext, ComputeIOType
from dagster._core.storage.local_compute_log_manager import (
    IO_TYPE_EXTENSION,
    LocalComputeLogManager,
)
from dagster._serdes import ConfigurableClassData

MAX_WAIT = 5.0
"""Seconds to wait for the end of what was printed. A process that a step left running keeps `tee` running, too."""


class TeeComputeLogManager(LocalComputeLogManager):
    """A `LocalComputeLogManager` that captures with `tee`."""

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "TeeComputeLogManager":
        """Called by Dagster with the config in dagster.yaml."""
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def capture_logs(self, log_key: Sequence[str]) -> Generator[CapturedLogContext]:
        """Capture what is printed meanwhile."""
        if shutil.which("tee") is None:
            with super().capture_logs(log_key) as context:
                yield context
            return
        with (
            copied(sys.stdout, self._path(log_key, ComputeIOType.STDOUT)),
            copied(sys.stderr, self._path(log_key, ComputeIOType.STDERR)),
        ):
            yield CapturedLogContext(log_key)
        # by this file the UI knows that there is no more to come
        Path(self.complete_artifact_path(log_key)).touch()  # type: ignore[no-untyped-call]

    def _path(self, log_key: Sequence[str], kind: ComputeIOType) -> Path:
        return Path(self.get_captured_local_path(log_key, IO_TYPE_EXTENSION[kind]))


@contextmanager
def copied(stream: TextIO, path: Path) -> Iterator[None]:
    """Copy into the file what this process and those that it starts write to `stream` meanwhile.

    A stream without a descriptor, such as that of a test, is not captured.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    try:
        descriptor = stream.fileno()
    except (AttributeError, UnsupportedOperation):
        yield
        return
    stream.flush()
    shown = os.dup(descriptor)
    # Ctrl-C reaches the processes of a terminal alike, and what the run then prints belongs into the file, too
    command = ["tee", "-i", "-a", str(path)]
    tee = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=shown)  # noqa: S603 - our own
    assert tee.stdin
    os.dup2(tee.stdin.fileno(), descriptor)
    tee.stdin.close()
    try:
        yield
    finally:
        stream.flush()
        os.dup2(shown, descriptor)
        os.close(shown)
        with suppress(subprocess.TimeoutExpired):
            tee.wait(MAX_WAIT)
