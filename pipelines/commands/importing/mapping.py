"""The mapping file: which column is what, and what the words of the other tool mean here."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connectors.sdk.yaml_data import NotYamlError, yaml_data
from pipelines.errors import OkraError
from pipelines.okr.kpi.numbers import parse_number

Key = Literal[
    "objective", "owner", "period", "commitment", "key_result", "kpi", "comparison",
    "target", "from", "by", "weight", "per", "over", "done",
]  # fmt: skip
MILESTONE = "milestone"
"""Written in the place of a KPI: a key result that is done or is not."""
_SYMBOLS = "$€£¥₹\u00a0\u202f "


class MappingError(OkraError):
    """The mapping file cannot be followed; the text says why."""


class ImportMapping(BaseModel):
    """What a mapping file says."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    columns: Mapping[Key, str] = Field(description="The header of the column of each key")
    words: Mapping[Key, Mapping[str, str]] = Field(
        {}, alias="values", description="By key, what a cell of the other tool means here"
    )
    defaults: Mapping[Key, str] = Field({}, description="What stands for an empty or absent cell")
    ignore: Sequence[str] = Field((), description="Columns that are left out on purpose")
    decimal: Literal[".", ","] = Field(".", description="The decimal mark of the numbers")
    days: str = Field("%Y-%m-%d", description="How days are written, as in strftime")

    def number(self, text: str) -> Decimal:
        """`$1,234.50`, `1.234,50 €` or `96 %`. Raises `ValueError`."""
        plain = text.strip().strip(_SYMBOLS)
        for character in ("\u00a0", "\u202f", " ", "'", "," if self.decimal == "." else "."):
            plain = plain.replace(character, "")
        return parse_number(plain.replace(self.decimal, "."))

    def day(self, text: str) -> date:
        """A day in the form of the other tool. Raises `ValueError`."""
        return datetime.strptime(text.strip(), self.days).date()


def read_mapping(path: Path) -> ImportMapping:
    """The mapping of a file. Raises `MappingError`."""
    try:
        content = yaml_data(path.read_text(encoding="utf-8-sig"), texts_only=True)
        mapping = ImportMapping.model_validate(content)
    except OSError as error:
        raise MappingError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise MappingError(f"{path} is not in UTF-8; save it so") from None
    except NotYamlError as error:
        raise MappingError(f"{path} is not YAML: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise MappingError(f"{path}: `{place}`: {first['msg']}") from None
    for key in ("objective", "key_result"):
        if key not in mapping.columns:
            raise MappingError(f"{path}: no column for `{key}`; add it below `columns:`")
    return mapping
