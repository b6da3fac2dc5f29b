"""Pictures of the lineage in Dagster's web UI: all groups, and one KPI with everything upstream of it.

Only the web server is started, not the daemon, so that nothing runs while a picture is taken.
"""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, FloatRect, Page

from pipelines.orchestration.instance import prepare_environment
from pipelines.settings import BUILT_IN, Settings
from tests.screenshots.folder import FOLDER, checked

STARTUP_SECONDS = 120
"""How long the web server may take to load the definitions."""
MARGIN_PIXELS = 16
SKIP_WELCOME = """
    localStorage.setItem("dagster-nav-collapsed", "true");
    localStorage.setItem("communityNux", "1");
"""
IS_DRAWN = """
    () => {
        const nodes = [...document.querySelectorAll("foreignObject")];
        const waiting = document.body.innerText.includes("Loading");
        return nodes.length > 0 && !waiting;
    }
"""
GRAPH_BOX = """
    () => {
        const boxes = [...document.querySelectorAll("foreignObject")].map(
            (node) => node.getBoundingClientRect()
        );
        const left = Math.min(...boxes.map((box) => box.left));
        const top = Math.min(...boxes.map((box) => box.top));
        const right = Math.max(...boxes.map((box) => box.right));
        const bottom = Math.max(...boxes.map((box) => box.bottom));
        return { x: left, y: top, width: right - left, height: bottom - top };
    }
"""


@dataclass(frozen=True)
class Shot:
    """A picture of a graph: its address, and the size of the browser window that shows all of it."""

    name: str
    address: str
    width: int
    height: int
    scale: float = 1


SHOTS = (
    Shot("groups", "asset-groups", 1280, 1100, scale=1.5),
    Shot(
        "net-revenue",
        "assets/kpis/kpi_net_revenue?view=lineage&lineageScope=upstream&lineageDepth=5",
        1800,
        900,
    ),
)


def take_all(browser: Browser, settings: Settings) -> Iterator[Path]:
    """Take each picture. Raises SystemExit when one is too large, or the server does not start."""
    with web_server(settings) as base:
        for shot in SHOTS:
            yield take(browser, base, shot)


def take(browser: Browser, base: str, shot: Shot) -> Path:
    """Take one picture, of the graph without the UI around it."""
    context = browser.new_context(
        viewport={"width": shot.width, "height": shot.height}, device_scale_factor=shot.scale
    )
    context.add_init_script(SKIP_WELCOME)
    tab = context.new_page()
    tab.goto(f"{base}/{shot.address}")
    tab.wait_for_function(IS_DRAWN, timeout=60_000)
    tab.wait_for_timeout(3_000)  # the graph is animated
    tab.wait_for_function(IS_DRAWN, timeout=60_000)
    target = FOLDER / f"lineage-{shot.name}.png"
    tab.screenshot(path=target, clip=extent(tab))
    context.close()
    return checked(target)


def extent(tab: Page) -> FloatRect:
    """The rectangle of the graph, with a margin."""
    box = tab.evaluate(GRAPH_BOX)
    return {
        "x": box["x"] - MARGIN_PIXELS,
        "y": box["y"] - MARGIN_PIXELS,
        "width": box["width"] + 2 * MARGIN_PIXELS,
        "height": box["height"] + 2 * MARGIN_PIXELS,
    }


@contextmanager
def web_server(settings: Settings) -> Iterator[str]:
    """Run Dagster's web server on loopback until the block ends; yields its address."""
    prepare_environment(settings)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        str(Path(sys.executable).with_name("dagster-webserver")),
        *("-m", "pipelines.definitions", "-h", "127.0.0.1", "-p", str(port)),
    ]
    server = subprocess.Popen(
        command, cwd=BUILT_IN, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    base = f"http://127.0.0.1:{port}"
    try:
        wait_for(base)
        yield base
    finally:
        server.terminate()
        server.wait(timeout=30)


def wait_for(base: str) -> None:
    """Wait until the server answers. Raises SystemExit when it does not."""
    deadline = time.monotonic() + STARTUP_SECONDS
    while time.monotonic() < deadline:
        try:
            with urlopen(f"{base}/server_info", timeout=5):
                return
        except (URLError, TimeoutError, ConnectionError):
            time.sleep(0.5)
    raise SystemExit(f"Dagster's web server did not answer within {STARTUP_SECONDS} s")
