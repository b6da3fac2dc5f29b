"""What is said in one language: its texts, with their values and plurals."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any

import yaml
from babel import Locale

from pipelines.settings import languages

FALLBACK = "en"
"""The language of texts that another one lacks."""


@cache
def _content(path: Path) -> Mapping[str, Any]:
    content: Mapping[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


@lru_cache(10_000)
def _looked_up(path: Path, key: str) -> Any:
    """The text of a dotted key in a file, or its plural forms; None where there is none."""
    text: Any = _content(path)
    for part in key.split("."):
        text = text.get(part) if isinstance(text, Mapping) else None
    return text


@lru_cache(100_000)
def _plural_form(count: Decimal, locale: Locale) -> str:
    """`one`, `other`, ... of a count, for which Babel takes the number apart."""
    return str(locale.plural_form(count))


class Translation:
    """The texts of `locale` (`es`, `es-MX`); English where its language has no file, or lacks a text."""

    def __init__(self, locale: str) -> None:
        parsed = Locale.parse(locale, sep="-" if "-" in locale else "_")
        self._locale = parsed if parsed.language in languages.languages() else Locale(FALLBACK)

    @property
    def code(self) -> str:
        """For HTML: `es`, `es-MX`."""
        return str(self._locale).replace("_", "-")

    @cached_property
    def _own(self) -> Path:
        return languages.TEXTS / f"{self._locale.language}.yml"

    @cached_property
    def _english(self) -> Path:
        return languages.TEXTS / f"{FALLBACK}.yml"

    def has(self, key: str) -> bool:
        """Whether there is a text of `key`."""
        return _looked_up(self._own, key) is not None or _looked_up(self._english, key) is not None

    def text(self, key: str, count: int | Decimal | None = None, **values: Any) -> str:
        """The text of `key` (`status.on_track`) with its values; by `count` in the singular or the plural.

        Raises KeyError where no language has the text.
        """
        template = _looked_up(self._own, key)
        locale = self._locale
        if template is None:
            template, locale = _looked_up(self._english, key), Locale(FALLBACK)
        if template is None:
            raise KeyError(f"no text is called {key}")
        if count is not None:
            form = _plural_form(abs(Decimal(count)), locale)
            template = template.get(form, template["other"])
            values.setdefault("count", self.counted(count))
        return str(template).format(**values)

    def counted(self, count: int | Decimal) -> str:
        """How a count is written; `Figures` has its digits grouped."""
        return str(count)

    def name_of(self, kind: str, name: str) -> str:
        """The reader's word for a name that is written in files, such as a dimension; the name in words without one."""
        own = _looked_up(self._own, f"{kind}.{name}")
        return str(own) if own is not None else name.replace("_", " ")

    def dimension(self, name: str) -> str:
        """`sales rep` for `sales_rep`, and `product > color` for dimensions inside each other."""
        return " > ".join(self.name_of("dimensions", part) for part in name.split(" > "))

    def status(self, status: str) -> str:
        """`On track`."""
        return self.text(f"status.{status}")

    def trust_flags(self, trust: str | None) -> list[str]:
        """The flags of a `trust` column in words; a flag without a text stands as it is."""
        flags = [flag.partition(":") for flag in (trust or "ok").split(",") if flag != "ok"]
        return [
            self.text(f"trust.{name}", detail=detail or "?")
            if self.has(f"trust.{name}")
            else f"{name}{colon}{detail}"
            for name, colon, detail in flags
        ]
