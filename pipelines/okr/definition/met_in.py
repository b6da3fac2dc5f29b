"""In how many of its windows a goal per window has to be met (`met_in`)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

from pipelines.okr.definition.field_types import refusal
from pipelines.okr.kpi.numbers import ONE, figure, parse_number, rounded_up

_REMEDY = "write all, a share such as 80 %, or how many windows, such as 10"


@dataclass(frozen=True, slots=True)
class MetIn:
    """A share of the windows, or a count of them; of these two one is None."""

    share: Decimal | None = None
    count: int | None = None

    def needed(self, windows: int, in_course: int) -> int:
        """How many of `windows` have to meet the goal.

        A goal has fewer windows than its course where a member is there for a part of it, or where the source has
        nothing of a window that is over. A count then shrinks with them, so that it stays as hard as it was.
        """
        if self.count is None:
            assert self.share is not None, "there is a share or a count"
            return int(rounded_up(self.share * windows, 0))
        return min(windows, -(-self.count * windows // max(1, in_course)))

    def __str__(self) -> str:
        if self.share is not None:
            return "all" if self.share == ONE else f"{figure(self.share.scaleb(2))} %"
        return str(self.count)


ALL = MetIn(share=ONE)


def _met_in(written: object) -> object:
    if written is None or isinstance(written, MetIn):
        return written
    text = str(written).strip()
    if text == "all":
        return ALL
    try:
        number = parse_number(text)
    except ValueError:
        raise refusal(f"`met_in: {written}` is no number of windows", _REMEDY) from None
    if "%" in text or number < 1:
        if 0 < number <= 1:
            return MetIn(share=number)
    elif number == number.to_integral_value():
        return MetIn(count=int(number))
    raise refusal(f"`met_in: {written}` is no number of windows", _REMEDY)


WindowsAsked = Annotated[
    MetIn | None,
    BeforeValidator(_met_in),
    WithJsonSchema(
        {
            "anyOf": [
                {"const": "all"},
                {"type": "number", "exclusiveMinimum": 0},
                {"type": "string", "pattern": r"^(\d+|0?\.\d+|\d+(\.\d+)?\s*%)$"},
            ]
        }
    ),
]
