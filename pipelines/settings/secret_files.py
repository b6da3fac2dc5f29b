"""Secrets in files: STRIPE_API_KEY_FILE names the file that has STRIPE_API_KEY, as Docker's secrets do."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from connectors.sdk import catalog
from pipelines.settings.project_file import SECRET_FIELDS
from pipelines.settings.variables import SUFFIX


def secrets(named: Iterable[str]) -> frozenset[str]:
    """The variables whose values may be in files: the secrets, and those that `sources.yml` names (`named`)."""
    declared = catalog.sources().values()
    of_sources = {x.name for source in declared for x in source.options if x.secret}
    return frozenset({*of_sources, *named, *(f"OKRA_{name.upper()}" for name in SECRET_FIELDS)})


def from_files(
    environment: Mapping[str, str], names: Iterable[str], project: Path
) -> dict[str, str]:
    """The values that are in files, by variable. A file that cannot be read, or is empty, has none."""
    return {
        name: text
        for name in names
        if not environment.get(name)
        and (place := environment.get(f"{name}{SUFFIX}"))
        and (text := text_in(project / Path(place).expanduser()))
    }


def faults_of_files(
    environment: Mapping[str, str], names: Iterable[str], project: Path
) -> Iterator[str]:
    """A line for each variable that names no file with a value, or is set beside the secret itself."""
    for name in sorted(names):
        place = environment.get(f"{name}{SUFFIX}")
        if not place:
            continue
        if environment.get(name):
            yield f"{name} and {name}{SUFFIX} are both set; keep one of them"
        elif not text_in(project / Path(place).expanduser()):
            yield f"{name}{SUFFIX}: {place} is missing, empty or not readable; write the secret into it"


def text_in(path: Path) -> str:
    """What is in a file, without blanks around it; empty where it cannot be read."""
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError, ValueError):
        return ""
