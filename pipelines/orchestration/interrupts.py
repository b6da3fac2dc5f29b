"""Ctrl-C and SIGTERM while Dagster runs a job: Dagster ends the step and keeps them to itself."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

STOPPING = {signal.SIGINT, signal.SIGTERM}


@contextmanager
def interrupts_raised() -> Iterator[None]:
    """Raise KeyboardInterrupt at the end of the block if the process was told to stop within it.

    Python writes the number of each signal into a pipe, whoever handles it (docs.python.org/3/library/signal.html,
    set_wakeup_fd). In another thread than the main one, which no signal reaches, nothing is raised.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    read, write = os.pipe()
    os.set_blocking(read, False)
    os.set_blocking(write, False)
    before = signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    try:
        yield
        if STOPPING & set(received(read)):
            raise KeyboardInterrupt
    finally:
        signal.set_wakeup_fd(before)
        os.close(read)
        os.close(write)


def received(pipe: int) -> bytes:
    """The numbers of the signals so far."""
    try:
        return os.read(pipe, 4096)
    except BlockingIOError:
        return b""
