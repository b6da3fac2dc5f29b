"""The files of a new project: what `okra init` makes of the answers, and how it writes them."""

import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from os import environ
from pathlib import Path

import yaml
from dotenv import dotenv_values, set_key

from connectors.lake.atomic_files import replace
from connectors.sdk.project import PROJECT_FILE
from pipelines import settings as okra_settings
from pipelines.commands.scaffolding import filled
from pipelines.okr.kpi.periods import CALENDAR_YEAR, FiscalYear
from pipelines.settings import Settings
from pipelines.settings.project_file import SECRET_FIELDS

PRIVATE = stat.S_IRUSR | stat.S_IWUSR
"""The mode of `.env`, which holds secrets."""
SHEET_KPIS = "kpis/sheet_kpis.yml"
FOLDERS = ("kpis", "okr_definitions", "connectors", "models")
"""The folders of a project that may be empty at first."""
KEPT = ".gitkeep"
"""A file that has git keep a folder without others."""


@dataclass
class Answers:
    """What was answered: settings, instances of sources with the keys of each, secrets, KPIs of sheets, objectives."""

    settings: dict[str, str] = field(default_factory=dict)
    sources: dict[str, dict[str, object]] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    """By the variable that `sources.yml` names. One without a value is left to be filled in."""
    sheet_kpis: dict[str, dict[str, str]] = field(default_factory=dict)
    objectives: dict[str, str] = field(default_factory=dict)
    """The files, by their places."""
    fiscal_year: FiscalYear = CALENDAR_YEAR


def files_of(answers: Answers) -> dict[str, str]:
    """The files of the project by their places, without `.env`."""
    files = {
        PROJECT_FILE: filled(
            "project/okra.yml",
            {
                "settings": "\n".join(f"{k}: {v}" for k, v in answers.settings.items()),
                "others": "\n".join(other_settings(answers.settings)),
            },
        ),
        "sources.yml": filled("project/sources.yml", {"sources": written_sources(answers.sources)}),
        **answers.objectives,
    }
    if answers.sheet_kpis:
        files[SHEET_KPIS] = yaml.safe_dump(answers.sheet_kpis, sort_keys=False)
    return files | {f"{folder}/{KEPT}": "" for folder in FOLDERS}


def other_settings(written: Mapping[str, str]) -> Iterator[str]:
    """A comment for each setting of a company that is not written."""
    for name, setting in Settings.model_fields.items():
        is_of_sample = name.startswith("sandbox_") or name == "sheet_kpis"
        if name in written or name in SECRET_FIELDS or is_of_sample:
            continue
        default = setting.default
        value = "" if default is None or default == () else str(default)
        yield f"# {f'{name}: {value}'.strip():<34} # {setting.description}"


def written_sources(sources: Mapping[str, Mapping[str, object]]) -> str:
    """The instances as YAML; each key in a line, and what is taken from elsewhere as `{env: NAME}`."""
    if not sources:
        return ""
    return "\n" + yaml.safe_dump(
        {name: dict(keys) for name, keys in sources.items()},
        sort_keys=False,
        default_flow_style=None,
    )


def write_files(folder: Path, files: Mapping[str, str]) -> list[str]:
    """Write those that are not there. Returns the places of those that are, which stay as they are."""
    kept = []
    for place, text in files.items():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            kept.append(place)
    return kept


def write_env(env: Path, secrets: Mapping[str, str]) -> None:
    """Set each secret in the file, which is made where there is none. Other lines and comments stay."""
    env.parent.mkdir(parents=True, exist_ok=True)

    def write(temporary: Path) -> None:
        temporary.touch(PRIVATE)
        if env.exists():
            shutil.copyfile(env, temporary)
        else:
            temporary.write_text("# Secrets: NAME=value. Only you may read this file.\n", "utf-8")
        text = temporary.read_text("utf-8")
        empty = [name for name, value in secrets.items() if not value and name not in text]
        temporary.write_text(text + "".join(f"# {name}=\n" for name in empty), "utf-8")
        for name, value in secrets.items():
            if value:
                set_key(temporary, name, value, quote_mode="auto")
        temporary.chmod(PRIVATE)

    replace(env, write)


def set_otherwise(env: Path, wanted: Mapping[str, str]) -> list[str]:
    """Which of `wanted` the file sets to another value."""
    present = dotenv_values(env) if env.exists() else {}
    return [name for name, value in wanted.items() if present.get(name) not in (None, "", value)]


def write_gitignore(folder: Path) -> None:
    """Have git ignore secrets and figures; lines that somebody wrote stay."""
    path = folder / ".gitignore"
    present = path.read_text("utf-8") if path.exists() else ""
    missing = [x for x in filled("project/gitignore", {}).split() if x not in present.split()]
    if missing:
        ending = "" if not present or present.endswith("\n") else "\n"
        path.write_text(present + ending + "\n".join(missing) + "\n", "utf-8")


@contextmanager
def settings_in(folder: Path) -> Iterator[Settings]:
    """The settings of the project in `folder`, while this process has it as its project."""
    before = environ.get("OKRA_PROJECT")
    environ["OKRA_PROJECT"] = str(folder)
    try:
        yield okra_settings.load()
    finally:
        if before is None:
            del environ["OKRA_PROJECT"]
        else:
            environ["OKRA_PROJECT"] = before
