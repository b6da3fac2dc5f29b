"""A Spark cluster on loopback: a master and workers, started from the package `pyspark`.

They are separate processes that use Spark's own protocol, as on separate machines.
"""

import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A port that is not in use."""
    with socket.create_server((LOOPBACK, 0)) as server:
        port: int = server.getsockname()[1]
        return port


@contextmanager
def standalone(workers: int, memory: str, folder: Path) -> Iterator[str]:
    """Start a cluster; yields the master's address once all workers are registered.

    A worker has one core and `memory` (like `2g`). Logs and scratch files are in `folder`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port, web_port = free_port(), free_port()
    address = f"spark://{LOOPBACK}:{port}"
    own = {
        "SPARK_LOCAL_IP": LOOPBACK,
        "SPARK_LOCAL_DIRS": str(folder),
        "SPARK_WORKER_DIR": str(folder),
    }
    environment = {**os.environ, **own}
    with ExitStack() as running:
        running.enter_context(
            process(
                "master",
                [
                    "master.Master",
                    f"--host={LOOPBACK}",
                    f"--port={port}",
                    f"--webui-port={web_port}",
                ],
                environment,
                folder,
            )
        )
        for number in range(workers):
            running.enter_context(
                process(
                    f"worker-{number}",
                    [
                        "worker.Worker",
                        "--cores=1",
                        f"--memory={memory}",
                        f"--host={LOOPBACK}",
                        "--webui-port=0",
                        address,
                    ],
                    environment,
                    folder,
                )
            )
        await_workers(web_port, workers)
        yield address


@contextmanager
def process(
    name: str, arguments: list[str], environment: Mapping[str, str], folder: Path
) -> Iterator[None]:
    """Run a Spark daemon, named by its class below org.apache.spark.deploy, until the block ends."""
    import pyspark

    spark_class = Path(pyspark.__file__).parent / "bin" / "spark-class"
    options = [part for argument in arguments[1:] for part in argument.split("=", 1)]
    with (folder / f"{name}.log").open("w") as log:
        started = subprocess.Popen(
            [str(spark_class), f"org.apache.spark.deploy.{arguments[0]}", *options],
            env=dict(environment), stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            yield
        finally:
            started.terminate()
            started.wait(timeout=30)


def await_workers(web_port: int, workers: int) -> None:
    """Wait until the master's page lists `workers` workers alive. Raises `TimeoutError`."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://{LOOPBACK}:{web_port}/json/", timeout=5) as answer:
                if answer.read().count(b'"ALIVE"') > workers:  # the master itself is listed too
                    return
        except OSError:
            pass
        time.sleep(0.5)
    raise TimeoutError(f"{workers} workers did not register in a minute")
