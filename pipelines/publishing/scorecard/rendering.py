"""Pages out of templates: each whole in itself, its style and its script named by their hashes."""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipelines.publishing.scorecard.language import Language

FOLDER = Path(__file__).with_name("templates")


def page(template: str, language: Language, *, script: bool = False, **values: Any) -> str:
    """The page that `template` makes of `values`.

    Nothing may be loaded, run or sent but what stands in it: that is what its policy says.
    """
    style = _asset("style.css")
    code = _asset("scorecard.js") if script else ""
    return (
        _templates()
        .get_template(template)
        .render(
            language=language,
            t=language.text,
            # ours, not data: the hashes in the policy are of these very characters
            style=Markup(style),  # noqa: S704
            script=Markup(code),  # noqa: S704
            policy=policy(style, code),
            **values,
        )
    )


def policy(style: str, script: str) -> str:
    """The content security policy of a page with this style and this script."""
    sources = {"default-src": "'none'", "style-src": _hash(style)}
    if script:
        sources["script-src"] = _hash(script)
    sources |= {"base-uri": "'none'", "form-action": "'none'"}
    return "; ".join(f"{name} {value}" for name, value in sources.items())


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


@cache
def _asset(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
