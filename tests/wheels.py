"""Builds Okra's wheel as its users get it. Needs no network: the build backend is one of the developers' tools."""

import subprocess
import sys
from pathlib import Path


def build_wheel(root: Path, folder: Path) -> Path:
    """The wheel of the checkout `root`, in `folder`."""
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    [wheel] = folder.glob("*.whl")
    return wheel
