"""Prints a page as PDF with the Chromium or Chrome of the machine.

The options are those of Chrome's headless mode: https://developer.chrome.com/docs/chromium/headless
"""

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from connectors.lake.atomic_files import replace
from pipelines.errors import OkraError

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
_TIMEOUT_SECONDS = 120


class PrintingError(OkraError):
    """The page could not be printed; the text says what to do instead."""


def print_page(page: Path, target: Path) -> None:
    """Print an HTML page to `target` as PDF. Raises `PrintingError`; then an earlier file stays as it was."""
    remedy = f"open {page} in a browser and print it"
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise PrintingError(f"there is no Chromium or Chrome to print with; {remedy}")
    if not target.parent.is_dir():
        raise PrintingError(f"there is no folder {target.parent}; make it, or name another file")
    # beside the target, as a browser in a sandbox of its own may see no other folder
    with TemporaryDirectory(dir=target.parent, prefix="printing-") as folder:
        printed = Path(folder) / "board.pdf"
        command = [
            browser,
            "--headless",
            "--disable-gpu",
            "--no-first-run",
            "--no-pdf-header-footer",
            f"--user-data-dir={folder}/profile",
            f"--print-to-pdf={printed}",
            page.resolve().as_uri(),
        ]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.insert(1, "--no-sandbox")  # it does not start for root otherwise
        try:
            done = subprocess.run(  # noqa: S603 - a browser of the machine, arguments of our own
                command, capture_output=True, text=True, check=False, timeout=_TIMEOUT_SECONDS
            )
        except subprocess.TimeoutExpired:
            why = f"{browser} did not finish in {_TIMEOUT_SECONDS} seconds"
            raise PrintingError(f"{why}; {remedy}") from None
        if done.returncode or not printed.exists():
            said = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise PrintingError(f"{browser} printed nothing ({said}); {remedy}")
        replace(target, lambda temporary: shutil.copyfile(printed, temporary))
