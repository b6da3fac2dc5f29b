"""What a parse of the project wrote, and of what: held against its hashes, as a damaged file is read like a whole one.

The state is written last. A file that is gone or changed since, or a state that cannot be read, is no parse.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

PARSED_FILE = "partial_parse.msgpack"
"""The file in which dbt keeps what it parsed."""
MANIFEST_FILE = "manifest.json"
FINGERPRINT_FILE = "manifest.fingerprint"
"""The file beside the manifest that says what it was parsed from, and the hashes of what was written."""
LEFT_OUT_FILE = "left_out.json"
"""The file beside the manifest that says what could not be parsed."""
_WRITTEN = (MANIFEST_FILE, PARSED_FILE, LEFT_OUT_FILE)


def state_of_parse(
    target: Path, files: str, values: Mapping[str, str], names: Iterable[str]
) -> str:
    """The state of the parse in a folder. `files`: a hash of those that it was made from.

    `values` are the variables of the environment, of which those in `names` were read; the state has hashes of them.
    """
    variables = {
        name: hashlib.sha256(values.get(name, "").encode()).hexdigest() for name in sorted(names)
    }
    written = {name: digest_of(target / name) for name in _WRITTEN}
    return json.dumps({"files": files, "variables": variables, "written": written}, indent=1)


def kept_state(target: Path) -> Mapping[str, Any]:
    """The state that was written with the last parse; empty where there is none, or none that can be read."""
    try:
        state = json.loads((target / FINGERPRINT_FILE).read_text("ascii"))
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def forget_damaged(target: Path) -> None:
    """Remove what dbt would begin with, where it is not what the last parse wrote: dbt then reads every file."""
    written = kept_state(target).get("written")
    noted = written.get(PARSED_FILE) if isinstance(written, dict) else None
    if noted != digest_of(target / PARSED_FILE):
        (target / PARSED_FILE).unlink(missing_ok=True)


def digest_of(path: Path) -> str:
    """A hash of what is in a file; empty where there is none."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
