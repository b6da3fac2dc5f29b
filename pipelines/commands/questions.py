"""Questions to a person, each with a default that Enter takes."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import typer

T = TypeVar("T")


def ask(question: str, default: str = "", *, secret: bool = False) -> str:
    """A text; empty where nothing was typed and there is no default."""
    found: str = typer.prompt(
        question,
        default=default,
        hide_input=secret,
        show_default=bool(default) and not secret,
        err=True,
    )
    return found.strip()


def ask_as(question: str, read: Callable[[str], T], default: str = "") -> T:
    """A text that `read` can take: while it raises ValueError, its text is shown and the question asked again."""
    while True:
        try:
            return read(ask(question, default))
        except ValueError as error:
            typer.secho(f"  {error}", fg="yellow", err=True)


def agree(question: str, *, default: bool = True) -> bool:
    """Yes or no."""
    return typer.confirm(question, default=default, err=True)


def choose(question: str, among: Sequence[str], default: str = "") -> str:
    """One of several, by its name or its number."""

    def read(text: str) -> str:
        [found] = picked(text, among) or [""]
        if not found:
            raise ValueError(f"choose one of {', '.join(among)}")
        return found

    return ask_as(question, read, default)


def choose_some(question: str, among: Sequence[str]) -> list[str]:
    """Any of several, by names or numbers, comma-separated; none when nothing is typed."""
    return ask_as(question, lambda text: picked(text, among))


def picked(text: str, among: Sequence[str]) -> list[str]:
    """The names in `text`, which may be numbers from 1. Raises ValueError for what is none of them."""
    found = []
    for word in filter(None, (part.strip() for part in text.split(","))):
        place = int(word) - 1 if word.isdigit() else -1
        if 0 <= place < len(among):
            found.append(among[place])
        elif word in among:
            found.append(word)
        else:
            raise ValueError(f"{word} is none of {', '.join(among)}")
    return found
