"""Questions to a person, each with a default that Enter takes, and readers of the answers.

Where the answers end, as they do at once without a terminal, each question takes its default.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from pipelines.errors import OkraError
from pipelines.okr.kpi.periods import parse_day
from pipelines.settings.types import known_currency

T = TypeVar("T")


def ask(question: str, default: str = "", *, secret: bool = False) -> str:
    """A text; empty where nothing was typed and there is no default."""
    try:
        return typed(question, default, secret=secret)
    except EndOfAnswers:
        return default


class EndOfAnswers(Exception):
    """There is nobody who answers."""


def typed(question: str, default: str, *, secret: bool = False) -> str:
    """What was typed. Raises `EndOfAnswers`."""
    show_default = bool(default) and not secret
    try:
        answer: str = typer.prompt(
            question, default=default, hide_input=secret, show_default=show_default, err=True
        )
    except typer.Abort as end:
        raise ended(end) from None
    return answer.strip()


def ended(end: typer.Abort) -> Exception:
    """What it means that a question was not answered: the end of the answers, or Ctrl-C."""
    return EndOfAnswers() if isinstance(end.__context__, EOFError) else end


def ask_as(question: str, read: Callable[[str], T], default: str = "") -> T:
    """An answer as `read` returns it. While `read` raises ValueError, show the fault and ask again."""
    while True:
        try:
            return read(typed(question, default))
        except EndOfAnswers:
            return read_default(question, read, default)
        except ValueError as error:
            typer.secho(f"  {error}", fg="yellow", err=True)


def read_default(question: str, read: Callable[[str], T], default: str) -> T:
    """The default as `read` returns it. Raises `NoAnswerError` where there is none that will do."""
    try:
        return read(default)
    except ValueError as error:
        raise NoAnswerError(f"{question}: {error}") from None


class NoAnswerError(OkraError):
    """A question without a default was not answered."""


def agree(question: str, *, default: bool = True, at_end: bool | None = None) -> bool:
    """Yes or no. `at_end`: the answer where the answers have ended, if not the default."""
    try:
        return typer.confirm(question, default=default, err=True)
    except typer.Abort as end:
        if not isinstance(ended(end), EndOfAnswers):
            raise
        return default if at_end is None else at_end


def choose(question: str, among: Sequence[str], default: str = "") -> str:
    """One of several, by its name or its number."""

    def read(text: str) -> str:
        names = picked(text, among)
        if not names:
            raise ValueError(f"choose one of {', '.join(among)}")
        [name] = names
        return name

    return ask_as(question, read, default)


def choose_some(question: str, among: Sequence[str]) -> list[str]:
    """Any of several, by names or numbers, comma-separated; none when nothing is typed."""
    return ask_as(question, lambda text: picked(text, among))


def picked(text: str, among: Sequence[str]) -> list[str]:
    """The names in `text`, which may be numbers from 1. Raises ValueError for what is none of them."""
    names = []
    for word in filter(None, map(str.strip, text.split(","))):
        if word.isdigit() and 0 < int(word) <= len(among):
            names.append(among[int(word) - 1])
        elif word in among:
            names.append(word)
        else:
            raise ValueError(f"{word} is none of {', '.join(among)}")
    return names


def known_zone(text: str) -> str:
    """The name of an IANA zone. Raises ValueError."""
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{text} is no zone; write one like Europe/Madrid") from None


def zone_of_machine() -> str:
    """The zone that this machine is set to; UTC where that is not known."""
    place = Path("/etc/localtime").resolve().as_posix().partition("/zoneinfo/")[2]
    try:
        return known_zone(place)
    except ValueError:
        return "UTC"


def currency(text: str) -> str:
    """The code of a currency. Raises ValueError."""
    return known_currency(text.strip().upper())


def month_number(text: str) -> int:
    """1 to 12. Raises ValueError."""
    if not text.isdigit() or not 1 <= int(text) <= 12:
        raise ValueError(f"{text} is no month; write a number from 1 to 12")
    return int(text)


def iso_day(text: str) -> str:
    """A day as ISO 8601 writes it. Raises ValueError."""
    try:
        return parse_day(text).isoformat()
    except ValueError:
        raise ValueError(f"{text} is no day; write it like 2026-01-01") from None
