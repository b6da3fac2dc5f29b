"""The documentation against the code: commands, options, targets, links and settings that it names are there."""

import re
import shlex
from collections.abc import Iterator

import pytest
import typer.main

from connectors.sdk import catalog
from connectors.sdk.source_settings import settings_of
from pipelines.cli import app
from pipelines.settings import BUILT_IN, Settings
from tests.docs.pages import Page, pages

OKRA = typer.main.get_command(app)
SETTINGS = {f"OKRA_{name.upper()}" for name in Settings.model_fields}
OPTIONS = {
    option.name: option
    for source in catalog.sources_of_environment().values()
    for option in settings_of(source)
}
AROUND = {"OKRA_PROJECT", "OKRA_ENV_FILE", "OKRA_DAGSTER_STORAGE", "OKRA_DAGSTER_POSTGRES"}
"""Read from the environment before there are settings, or by dagster.yaml."""
IN_FILES = {f"{name}_FILE" for name, option in OPTIONS.items() if option.secret} | {
    "OKRA_DIGEST_FILE"
}
"""The variables that name the files of secrets."""
INVENTED = {"PARCELO_TOKEN"}
"""Of the source that the recipes make."""
OF_OTHERS = {"GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES"}
"""Read by a vendor's library."""

every_page = pytest.mark.parametrize("page", pages(), ids=lambda page: page.place)


def okra_lines(page: Page) -> Iterator[list[str]]:
    """Each `okra …` that the page names, as words; where one word names several commands, once for each."""
    for typed in page.typed:
        line = typed.removeprefix(".venv/bin/")
        if not line.startswith("okra ") or line.endswith("="):
            continue
        words = [word for word in shlex.split(line)[1:] if word != "…"]
        several = words[1].split("|") if len(words) > 1 else [""]
        for word in several:
            yield [words[0], word, *words[2:]] if word else words


def fault(words: list[str]) -> str:
    """What `okra` says to these words when it is asked to read and not to run them; empty when they make sense."""
    command, context = OKRA, OKRA.context_class(OKRA)
    try:
        while True:
            _, words, _ = command.make_parser(context).parse_args(words)
            if not words or not hasattr(command, "resolve_command"):
                return ""
            _, command, words = command.resolve_command(context, words)
            context = OKRA.context_class(command, parent=context)
    except Exception as error:  # a usage error, of whichever library the command is built on
        return str(error)


@every_page
def test_each_okra_command_and_option_exists(page: Page) -> None:
    faults = {" ".join(words): fault(words) for words in okra_lines(page)}
    assert {line: said for line, said in faults.items() if said} == {}


def test_a_command_or_an_option_that_is_not_there_is_found() -> None:
    assert "No such command 'fly'" in fault(["fly"])
    assert "No such option: --wings" in fault(["run", "--wings"])
    assert "No such option: --wings" in fault(["new", "kpi", "x", "--wings"])
    assert fault(["new", "kpi", "x", "--by", "day"]) == ""
    assert len([line for page in pages() for line in okra_lines(page)]) > 60


@every_page
def test_each_make_target_exists(page: Page) -> None:
    targets = set(
        re.findall(r"^([a-z-]+):", (BUILT_IN / "Makefile").read_text("utf-8"), re.MULTILINE)
    )
    named = {word for typed in page.typed for word in re.findall(r"^make ([a-z-]+)$", typed)}
    assert named - targets == set()


@every_page
def test_each_link_and_picture_leads_somewhere(page: Page) -> None:
    lost = []
    for link in page.links:
        place, _, anchor = link.partition("#")
        target = (BUILT_IN / page.place).parent / place if place else BUILT_IN / page.place
        known = Page(target.resolve().relative_to(BUILT_IN).as_posix())
        if not target.exists() or (anchor and anchor not in known.anchors):
            lost.append(link)
    assert lost == []


def settings_named(text: str) -> set[str]:
    """The settings that a text names, and no ends of words such as `GA4_…`, nor the variables of a `sources.yml`."""
    starts = "|".join(sorted({name.partition("_")[0] for name in (*OPTIONS, "OKRA_")}))
    of_the_user = set(re.findall(r"\{env: ([A-Z0-9_]+)\}", text))
    return set(re.findall(rf"\b(?:{starts})_[A-Z0-9_]*[A-Z0-9]\b", text)) - of_the_user


@every_page
def test_each_setting_that_is_named_exists(page: Page) -> None:
    known = SETTINGS | set(OPTIONS) | IN_FILES | AROUND | INVENTED | OF_OTHERS
    assert settings_named(page.text) - known == set()


def test_the_example_of_an_env_file_has_each_setting_and_no_other() -> None:
    example = (BUILT_IN / ".env.example").read_text("utf-8")
    listed = re.findall(r"^# ([A-Z0-9_]+)=", example, re.MULTILINE)
    assert sorted(listed) == sorted({*SETTINGS, *OPTIONS})


def test_the_example_of_an_env_file_shows_what_holds_when_nothing_is_set() -> None:
    example = (BUILT_IN / ".env.example").read_text("utf-8")
    shown = dict(re.findall(r"^# ([A-Z0-9_]+)=(\S*)", example, re.MULTILINE))
    defaults = {name: option.default for name, option in OPTIONS.items()} | {
        f"OKRA_{name.upper()}": field.default for name, field in Settings.model_fields.items()
    }
    # nothing is set that has to be, nor a list that is empty
    assert shown == {name: str(value or "") for name, value in defaults.items()}
