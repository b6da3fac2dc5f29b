"""What a message of dbt's says, and which files it is about."""

import json
import re
from collections.abc import Iterable, Iterator

from pipelines.inputs.composition import Composition

MAX_SENTENCE = 300
"""Characters of dbt's sentence; some of its messages repeat whole files."""


def files_named(message: str, files: Iterable[str]) -> list[str]:
    """The files that a message of dbt's names: below the project, below models/, or by their mere name."""
    files = list(files)
    for start in (0, 1, -1):
        named = [
            file
            for file in files
            if re.search(
                rf"(?<![\w/.-]){re.escape('/'.join(file.split('/')[start:]))}(?![\w-])", message
            )
        ]
        if named:
            return named
    return []


def files_with_variable(project: Composition, message: str, files: Iterable[str]) -> list[str]:
    """The files that read the environment variable which dbt misses."""
    missing = re.search(r"Env var required but not provided: '(\w+)'", message)
    return [file for file in files if missing and missing[1] in project.text(file)]


def sentence_of(message: str) -> str:
    """What a message of dbt's says, in one line, without the heading that names the file."""
    raw = re.search(r"Raw Error:\s*-*\s*(.+?)(?:\n\s*in \"|\Z)", message, re.DOTALL)
    if raw:
        line = re.search(r"near line (\d+)", message)
        where = f" in line {line[1]}" if line else ""
        return f"the YAML has an error{where}: {' '.join(raw[1].split())}"
    text = re.sub(r"^\s*Encountered an error:\s*", "", message)
    text = re.sub(r"^(?:(?:Compilation|Parsing|Runtime|Database) Error[^\n]*\n\s*)+", "", text)
    text = re.sub(r"Traceback \(most recent call last\).*", "", text, flags=re.DOTALL)
    text = " ".join(text.split())
    return text if len(text) <= MAX_SENTENCE else f"{text[:MAX_SENTENCE]} …"


def errors_in(log: str) -> Iterator[str]:
    """The messages of the errors in a log of dbt's, which has a JSON object a line."""
    for line in log.splitlines():
        if line.startswith("{"):
            info = json.loads(line)["info"]
            if info["level"] == "error" and info["name"] != "MainStackTrace":
                yield info["msg"]
