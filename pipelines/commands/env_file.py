"""Changes to `.env`: what is there stays as it is, and the file is replaced in one step."""

import os
import shutil
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values, set_key

PRIVATE = stat.S_IRUSR | stat.S_IWUSR
"""It holds secrets: nobody else reads it."""


def already_set(env: Path, wanted: Mapping[str, str]) -> list[str]:
    """Which of `wanted` the file sets to another value."""
    there = dotenv_values(env) if env.exists() else {}
    return [name for name, value in wanted.items() if there.get(name) not in (None, "", value)]


def write_env(env: Path, wanted: Mapping[str, str]) -> None:
    """Set each of `wanted` in the file, which is made where there is none. Other lines and comments stay."""
    env.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=env.parent, prefix=".env.")
    os.close(handle)
    temporary = Path(name)
    try:
        if env.exists():
            shutil.copyfile(env, temporary)
        for key, value in wanted.items():
            set_key(temporary, key, value, quote_mode="auto")
        temporary.chmod(PRIVATE)
        temporary.replace(env)
    finally:
        temporary.unlink(missing_ok=True)
