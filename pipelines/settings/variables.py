"""The variables that are set, in `.env` or in the environment, held against those that Okra reads.

A variable with Okra's prefix that is no setting is misspelt, wherever it is set. Any other unknown variable in the
environment may belong to another program; it is a fault only where it looks like a setting of a source that is not set.
"""

import difflib
import io
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dotenv.parser import Binding, parse_stream

from connectors.sdk import catalog
from connectors.sdk.source_settings import settings_of

PREFIX = "OKRA_"
SUFFIX = "_FILE"
"""Ends the name of a variable that names the file of a secret: STRIPE_API_KEY_FILE."""
INTERNAL = frozenset(
    PREFIX + name
    for name in (
        *(
            "PROJECT",
            "ENV_FILE",
            "PYTHON",
            "WAREHOUSE",
            "KPIS",
            "KPIS_BY_ACCOUNT",
            "AS_OF",
            "RUN_ID",
            "THREADS",
        ),
        *(
            "LAKE_IN_BUCKET",
            "LISTS_FILE",
            "LEFT_OUT",
            "BROKEN_KPIS",
            "BROKEN_MODELS",
            "MACROS",
            "SCOPE",
            "FISCAL_WEEKS",
        ),
        *("DAGSTER_STORAGE", "DAGSTER_POSTGRES", "DAGSTER_PASSWORD"),
        *("BI_FILE", "BI_CACHE", "BI_MODULES", "VENDOR_SPECS"),
    )
)
"""Variables that are no settings: what a run tells dbt and Dagster, and what deployments and tests use."""
OF_OTHERS = frozenset({"GOOGLE_CLOUD_PROJECT"})
"""Variables of other programs that are like a setting of a source."""
OF_KUBERNETES = re.compile(rf"{PREFIX}(\w+_)?(SERVICE_HOST|SERVICE_PORT|PORT)(_\w+)?")
"""What Kubernetes puts into each container's environment for services whose names begin with `okra`."""
NAMED_BY_DAGSTER = re.compile(rf"env:\s*[\"']?({PREFIX}\w+)")
"""A variable that a `dagster.yaml` takes a value from."""


@dataclass(frozen=True)
class EnvFile:
    """What a `.env` sets, the line of each variable, and what is wrong with it."""

    values: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    faults: tuple[str, ...] = ()


def read_env_file(path: Path, shown: str) -> EnvFile:
    """The variables of the file; none where there is no file. `shown` is what it is called in a fault."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return EnvFile()
    except OSError as error:
        return EnvFile(faults=(f"{shown} cannot be read ({error.strerror}); make it a file",))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return EnvFile(faults=(f"{shown}:{line}: not UTF-8; save the file in UTF-8",))
    values: dict[str, str] = {}
    lines: dict[str, int] = {}
    faults = []
    for binding in parse_stream(io.StringIO(text)):
        line = line_of(binding)
        if binding.error:
            faults.append(f"{shown}:{line}: no setting; write NAME=value, quotes closed")
        elif binding.key and binding.value is not None:
            if values.get(binding.key, binding.value) != binding.value:
                other = lines[binding.key]
                faults.append(
                    f"{shown}:{line}: {binding.key} is also set in line {other}; keep one"
                )
            values[binding.key], lines[binding.key] = binding.value, line
        elif binding.key:
            faults.append(f"{shown}:{line}: {binding.key} has no value; write {binding.key}=value")
    return EnvFile(values, lines, tuple(faults))


def line_of(binding: Binding) -> int:
    """The line of a statement, without the empty lines before it."""
    text = binding.original.string
    return binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")


def unknown_settings(
    in_file: EnvFile, environment: Mapping[str, str], own: Collection[str], shown: str, root: Path
) -> Iterator[str]:
    """A line for each variable that is no setting: with Okra's prefix anywhere, or like a source's in the file.

    `own` are Okra's own settings and the variables that `sources.yml` names, `shown` is what the file is called, `root`
    the project's folder.
    """
    places = {name: f"{shown}:{line}" for name, line in in_file.lines.items()}
    settings = {name for name in {*own, *options()} if name.startswith(PREFIX)}
    dagster_home = root / environment.get("OKRA_DAGSTER_HOME", "")
    known = settings | INTERNAL | named_by_dagster(dagster_home)
    in_environment = [name for name in environment if not OF_KUBERNETES.fullmatch(name)]
    for name, place in (dict.fromkeys(in_environment, "environment") | places).items():
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            close = similar(name, settings, 0.75)
            remedy = f"did you mean {close}?" if close else ".env.example lists the settings"
            yield f"{place}: unknown setting {name}; {remedy}"
    others = {name: place for name, place in places.items() if name not in own}
    yield from misspelt_options(others, environment.keys() | places.keys())


def misspelt_options(places: Mapping[str, str], present: Collection[str]) -> Iterator[str]:
    """A line for each variable that is like a setting of a source, where that setting itself is not `present`.

    `places` says where each variable is set.
    """
    known = options() | OF_OTHERS
    absent = {name for name in known if not name.startswith(PREFIX)} - set(present)
    for name, place in places.items():
        setting = name.removesuffix(SUFFIX)  # which may be in a file
        if known & {name, setting}:
            continue
        if close := similar(setting, absent, 0.8):
            meant = f"{close}{SUFFIX}" if setting != name else close
            yield f"{place}: unknown setting {name}; did you mean {meant}?"


def options() -> frozenset[str]:
    """The settings of all sources."""
    declared = catalog.sources_of_environment().values()
    return frozenset(option.name for source in declared for option in settings_of(source))


def named_by_dagster(folder: Path) -> set[str]:
    """The variables that the `dagster.yaml` of a folder takes values from."""
    path = folder / "dagster.yaml"
    if not path.is_file():
        return set()
    return set(NAMED_BY_DAGSTER.findall(path.read_text(encoding="utf-8", errors="replace")))


def similar(name: str, names: Collection[str], least: float) -> str:
    """The name that this one is likely a misspelling of; empty where none is as alike as `least` (0 to 1)."""
    close = difflib.get_close_matches(name.upper(), sorted(names), n=10, cutoff=least)
    # two sources have settings that differ in the source only
    of_source = [x for x in close if x.partition("_")[0] == name.upper().partition("_")[0]]
    return (of_source or close or [""])[0]
