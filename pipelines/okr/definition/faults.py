"""What is wrong with a definition: file, line, what is wrong and what would be right."""

import difflib
import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pipelines.okr.definition.yaml_tree import Path, Tree, TreeError

_ACCENT = re.compile("[\u0300-\u036f]")
"""The accents of Latin, Greek and Cyrillic letters. In other scripts, such marks are vowels."""
_SAME_LETTER = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "’": "'"}
)
"""How people write letters without their strokes, of those that Unicode does not decompose."""


@dataclass(frozen=True, order=True, slots=True)
class Fault:
    """One fault; as text it is a line an editor or a terminal can jump to.

    `stops_file`: whether nothing of its file is used. Otherwise the rest of the file is.
    """

    file: str
    line: int
    what: str
    remedy: str
    stops_file: bool = True

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}; {self.remedy}"


def unreadable(file: str, error: TreeError) -> Fault:
    """The fault of a file that cannot be read."""
    return Fault(file, error.line, error.what, error.remedy)


def blank_faults(file: str, tree: Tree) -> list[Fault]:
    """A fault for each key without a value, of which it is unclear what is meant."""
    faults = []
    for path in tree.blank:
        key = next((str(step) for step in reversed(path) if isinstance(step, str)), "")
        what = f"`{key}` has no value" if key else "an item without a value"
        faults.append(Fault(file, tree.line(path), what, "write one, or leave the line out"))
    return faults


def suggestion(written: str, known: Collection[str], otherwise: str) -> str:
    """`did you mean …?` when something known is close, else what to do otherwise."""
    close = closest(written, known)
    return otherwise if close is None else f"did you mean `{close}`?"


def closest(written: str, known: Collection[str]) -> str | None:
    """What was most likely meant; None where nothing known is close."""
    by_folded = {folded(name): name for name in sorted(known)}
    close = difflib.get_close_matches(folded(written), sorted(by_folded), n=1)
    return by_folded[close[0]] if close else None


def folded(name: str) -> str:
    """A name without what people write in two ways: capitals, accents, blanks, dashes, and forms of one letter."""
    text = unicodedata.normalize("NFKD", name).casefold()
    text = unicodedata.normalize("NFKD", text).translate(_SAME_LETTER)
    letters = ("-" if unicodedata.category(letter) == "Pd" else letter for letter in text)
    kept = (letter for letter in letters if unicodedata.category(letter) != "Cf")
    return " ".join(_ACCENT.sub("", "".join(kept)).split())


def listed(names: Iterable[str], most: int = 12) -> str:
    """The names for a sentence, cut where it would no longer be one."""
    ordered = sorted(names)
    if not ordered:
        return "there is none"
    rest = f" and {len(ordered) - most} more" if len(ordered) > most else ""
    return ", ".join(ordered[:most]) + rest


def form_faults(
    file: str, tree: Tree, error: ValidationError, model: type[BaseModel]
) -> list[Fault]:
    """The errors of a model, each on the line of the key or value that is wrong."""
    faults: list[Fault] = []
    for details in error.errors(include_url=False):
        path = tuple(details["loc"])
        what, remedy = _in_words(details, _model_at(path[:-1], model))
        wrong_key = details.get("ctx", {}).get("key")
        path = (*path, wrong_key) if wrong_key else path
        if path and isinstance(path[0], str) and path[0] == "key_results" and len(path) > 1:
            what = f"{_key_result_named(tree, path)}: {what}"
        faults.append(Fault(file, tree.line(path), what, remedy))
    return faults


def _key_result_named(tree: Tree, path: Path) -> str:
    place = path[1]
    name = tree.at("key_results", place, "id")
    number = place + 1 if isinstance(place, int) else place
    return f"key result `{name}`" if isinstance(name, str) else f"key result {number}"


def _in_words(details: ErrorDetails, model: type[BaseModel]) -> tuple[str, str]:
    key = str(details["loc"][-1]) if details["loc"] else ""
    written = details["input"]
    context: dict[str, Any] = details.get("ctx", {})
    error = details["type"]
    if error == "okr":
        return str(context["what"]), str(context["remedy"])
    if error in ("missing", "too_long") and "between" in details["loc"]:
        return "a band has two numbers", "write between: [low, high]"
    if error == "missing":
        return f"no `{key}`", f"add {_written_as(key, model)}"
    if error == "extra_forbidden":
        known = {field.alias or name for name, field in model.model_fields.items()}
        return f"unknown key `{key}`", suggestion(
            key, known, f"the keys are {listed(known, len(known))}"
        )
    if error == "literal_error":
        return f"`{key}: {written}` is not known", f"write one of {context['expected']}"
    if error == "string_pattern_mismatch":
        return f"`{key}: {written}` is not a slug", "write lower-case letters, digits, - and _"
    if error == "string_type" and isinstance(written, list | dict):
        shape = "a list" if isinstance(written, list) else "a mapping"
        return f"`{key}` is {shape}, and takes one text", f"write {_written_as(key, model)}"
    message = details["msg"].removeprefix("Input should be ")
    message = message.replace("dictionary", "mapping").replace("tuple", "list")
    shown = "empty" if written is None else f"`{written}`" if isinstance(written, str) else "wrong"
    return f"`{key}` is {shown}, not {message}", f"write {_written_as(key, model)}"


def _written_as(key: str, model: type[BaseModel]) -> str:
    for name, field in model.model_fields.items():
        if (field.alias or name) == key and field.examples:
            example = str(field.examples[0]).replace("'", "").replace("False", "false")
            return f"it such as `{key}: {example}`"
    return f"`{key}:` with its value"


def _model_at(path: Path, model: type[BaseModel]) -> type[BaseModel]:
    """The model whose keys are at the path: of the objective, a key result or a milestone."""
    for step in path:
        field = model.model_fields.get(step) if isinstance(step, str) else None
        candidates = _models_in(field.annotation) if field else []
        model = candidates[0] if candidates else model
    return model


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for inner in getattr(annotation, "__args__", ()) for model in _models_in(inner)]
