"""Measures how long a new user waits: `python -m tests.benchmarks.new_user`.

Makes a fresh clone of the committed state and follows docs/first-own-data.md in it, with the installation (packages
come from the registry, or from pip's cache), to a folder of their own with an objective over a CSV. Then it runs the
sample company. The time to read and to answer is not included.
"""

import os
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from connectors.sdk import catalog
from connectors.sdk.source_settings import settings_of
from pipelines.settings import BUILT_IN
from tests.benchmarks.report import Section, options_of, present
from tests.docs.pages import Page


def main() -> None:
    asked = options_of(__doc__, repeats=False).parse_args()
    page = Page("docs/first-own-data.md")
    blocks = page.blocks
    start = next(n for n, block in enumerate(blocks) if block.commands == ["make install"])
    init = next(n for n, block in enumerate(blocks) if block.commands == ["okra init"])
    with tempfile.TemporaryDirectory(prefix="okra-new-user-") as folder:
        clone, environment = Path(folder) / "okra", clean_environment()
        begun = time.monotonic()
        typed(f"git clone -q {BUILT_IN} {clone}", Path(folder), environment)
        commands = [block.text for block in blocks[start : init + 1] if block.language == "sh"]
        typed("".join([*commands, "okra run\n"]), clone, environment, blocks[init + 1].text)
        rows = [("from a clone to an objective of their own over a CSV", minutes_since(begun))]
        typed("make run", clone, environment)
        rows.append(("and then to the sample company's scorecard", minutes_since(begun)))
    section = Section("A new user, with the installation", ("", "time"), rows)
    present("new_user", [section], asked)


def clean_environment() -> dict[str, str]:
    """The environment without Okra's and the virtual environment's variables, which a new user does not have."""
    ours = {option.name for source in catalog.sources().values() for option in settings_of(source)}
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("OKRA_", "DAGSTER_", "PYTHON", "VIRTUAL_ENV")) and name not in ours
    }


def typed(text: str, folder: Path, environment: Mapping[str, str], answers: str = "") -> None:
    """Run lines in a shell. Raises SystemExit with their output when one fails."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text],
        cwd=folder,
        env=environment,
        input=answers,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{text}\n{done.stdout}\n{done.stderr}")


def minutes_since(begun: float) -> str:
    minutes, seconds = divmod(round(time.monotonic() - begun), 60)
    return f"{minutes} min {seconds} s"


if __name__ == "__main__":
    main()
