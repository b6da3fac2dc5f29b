"""The languages that Okra speaks: one file of texts each, so that a new one is a new file."""

from pathlib import Path

TEXTS = Path(__file__).parents[1] / "publishing" / "language" / "texts"


def languages() -> tuple[str, ...]:
    """The codes of the languages that have texts: `en`, `es`."""
    return tuple(sorted(path.stem for path in TEXTS.glob("*.yml")))
