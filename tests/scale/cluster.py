"""A Spark cluster on this machine, from what the package `pyspark` brings: a master and workers, on loopback.

Real processes that speak Spark's own protocol to each other, as they would on machines of their own.
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
    """A port that nobody listens on."""
    with socket.create_server((LOOPBACK, 0)) as server:
        port: int = server.getsockname()[1]
        return port


@contextmanager
def standalone(workers: int, memory: str, folder: Path) -> Iterator[str]:
    """The address of the master of a cluster of so many workers, of one core and `memory` each (`2g`), all of them
    registered with it. Logs and scratch are in `folder`."""
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
    """One of Spark's daemons, by its class below org.apache.spark.deploy; ended when the block ends."""
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
    """Wait until the master's page counts so many workers alive. Raises `TimeoutError`."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://{LOOPBACK}:{web_port}/json/", timeout=5) as answer:
                if answer.read().count(b'"ALIVE"') > workers:  # the master says it of itself, too
                    return
        except OSError:
            pass
        time.sleep(0.5)
    raise TimeoutError(f"{workers} workers did not register in a minute")
