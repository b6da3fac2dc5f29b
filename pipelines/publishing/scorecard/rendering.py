"""How a template becomes a page: whole in itself, with a policy that names its style and its script by their hashes."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipelines.publishing.content_policy import content_policy
from pipelines.publishing.language.language import Language

TEMPLATES = Path(__file__).with_name("templates")


def page(template: str, language: Language, *, script: bool = False, **values: Any) -> str:
    """The page that `template` makes of `values`. It may load and run nothing but its own style and script."""
    style = _asset("style.css")
    code = _asset("scorecard.js") if script else ""
    return _rendered(
        template,
        language,
        # ours, not data: the hashes in the policy are of these very characters
        style=Markup(style),  # noqa: S704
        script=Markup(code),  # noqa: S704
        policy=content_policy(style, code),
        **values,
    )


def part(template: str, language: Language, **values: Any) -> Markup:
    """A part of a page, escaped as it has to be."""
    return Markup(_rendered(template, language, **values))  # noqa: S704


def _rendered(template: str, language: Language, **values: Any) -> str:
    return _templates().get_template(template).render(language=language, t=language.text, **values)


@cache
def _asset(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
