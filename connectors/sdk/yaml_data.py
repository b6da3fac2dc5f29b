"""YAML that people write, as plain data."""

from typing import Any

import yaml


class NotYamlError(ValueError):
    """A text is no YAML; the message says in one line what is wrong."""


def yaml_data(text: str, *, texts_only: bool = False) -> Any:
    """The data of a text, None of an empty one. With `texts_only`, `2026` and `no` stay the texts that they are.

    Raises `NotYamlError`: on wrong syntax, a value that there cannot be, such as the 30th of February, and brackets
    that are nested deeper than Python can follow.
    """
    try:
        return yaml.load(text, yaml.BaseLoader if texts_only else yaml.SafeLoader)  # noqa: S506 - both are safe
    except (yaml.YAMLError, ValueError) as error:
        raise NotYamlError(" ".join(str(error).split())) from None
    except RecursionError:
        raise NotYamlError("brackets or lines are nested too deep") from None
