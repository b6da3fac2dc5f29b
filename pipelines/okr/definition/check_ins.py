"""Check-ins: what a person says of a key result on a day, beside what is worked out. They change no score.

- key_result: two-million/revenue
  day: 2026-11-20
  by: ceo@example.com
  confidence: 80 %
  note: The large order of May is signed.
  decision: Keep the target.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipelines.okr.definition.faults import (
    Fault,
    blank_faults,
    form_faults,
    suggestion,
    unreadable,
)
from pipelines.okr.definition.field_types import Day, Number, Text
from pipelines.okr.definition.yaml_tree import Tree, TreeError, read_tree


class CheckIn(BaseModel):
    """What a person said; at least a confidence, a note or a decision."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key_result: Text = Field(
        description="Its objective and its id", examples=["two-million/revenue"]
    )
    day: Day = Field(description="The day on which it was said", examples=["2026-11-20"])
    by: Text | None = Field(None, description="Who said it", examples=["ceo@example.com"])
    confidence: Number | None = Field(
        None, description="How sure the person is that it is met", examples=["80 %"]
    )
    note: Text | None = Field(None, description="How it stands, in words")
    decision: Text | None = Field(None, description="What was decided")


class PulledCheckIn(CheckIn):
    """A check-in of a sheet that is pulled."""

    read_on: Day
    """The day on which the sheet was read."""


def read_check_ins(
    files: Mapping[str, bytes | str | Tree],
    key_results: Collection[str] | None,
    today: date,
    read_on: Mapping[str, date] | None = None,
) -> tuple[list[CheckIn], list[Fault]]:
    """The sound check-ins of all files by day, and the faults of the others.

    Args:
        files: the content of each file, or the rows of a sheet, by the name to show in its faults.
        key_results: the names of all key results; None where a broken OKR file may have others.
        today: nobody checks in ahead of it.
        read_on: of the files that are pulled sheets, the day on which each was read.
    """
    sound: list[CheckIn] = []
    faults: list[Fault] = []
    said: dict[tuple[str, date, str | None], str] = {}
    for file in sorted(files):
        try:
            content = files[file]
            tree = content if isinstance(content, Tree) else read_tree(content)
        except TreeError as error:
            faults.append(unreadable(file, error))
            continue
        if tree.data is None:
            continue
        if not isinstance(tree.data, list):
            remedy = "write a list: `- key_result:`, `day:`, `confidence:`, `note:` …"
            faults.append(Fault(file, 1, "not a list of check-ins", remedy))
            continue
        faults += blank_faults(file, tree)
        for place in range(len(tree.data)):
            check_in, own = _read(file, tree, place)
            own += _meaning(file, tree, place, check_in, key_results, today) if check_in else []
            if check_in is not None and not own:
                key = check_in.key_result, check_in.day, check_in.by
                if key in said:
                    what = f"{check_in.by or 'somebody'} checked in on {check_in.day} already ({said[key]})"
                    own.append(Fault(file, tree.line((place,)), what, "keep one of the two"))
                said[key] = f"{file}:{tree.line((place,))}"
            faults += own
            if check_in is not None and not own:
                sound.append(_pulled(check_in, (read_on or {}).get(file)))
    return sorted(sound, key=lambda x: (x.key_result, x.day, x.by or "")), faults


def _pulled(check_in: CheckIn, read_on: date | None) -> CheckIn:
    if read_on is None:
        return check_in
    return PulledCheckIn.model_construct(**dict(check_in), read_on=read_on)


def _read(file: str, tree: Tree, place: int) -> tuple[CheckIn | None, list[Fault]]:
    part = tree.below(place)
    if not isinstance(part.data, dict):
        return None, [Fault(file, tree.line((place,)), "not a check-in", "write `- key_result:` …")]
    try:
        return CheckIn.model_validate(part.data), []
    except ValidationError as error:
        return None, form_faults(file, part, error, CheckIn)


def _meaning(
    file: str,
    tree: Tree,
    place: int,
    check_in: CheckIn,
    key_results: Collection[str] | None,
    today: date,
) -> list[Fault]:
    return [
        Fault(file, tree.line((place, key)), what, remedy)
        for key, what, remedy in _findings(check_in, key_results, today)
    ]


def _findings(
    check_in: CheckIn, key_results: Collection[str] | None, today: date
) -> Iterator[tuple[str, str, str]]:
    if key_results is not None and check_in.key_result not in key_results:
        remedy = suggestion(check_in.key_result, key_results, "write it as objective/key-result")
        yield "key_result", f"no key result is called `{check_in.key_result}`", remedy
    if check_in.day > today:
        yield "day", f"{check_in.day} is still to come", "write the day on which it was said"
    confidence = check_in.confidence
    if confidence is not None and not Decimal(0) <= confidence <= Decimal(1):
        # whoever leaves the sign out means 80 %, but nobody guesses that
        is_bare = 2 <= confidence <= 100
        remedy = (
            f"write {confidence.normalize():f} % if you mean that"
            if is_bare
            else "write 0 % to 100 %"
        )
        yield "confidence", f"a confidence of {confidence:%}", remedy
    if confidence is None and check_in.note is None and check_in.decision is None:
        yield "key_result", "a check-in that says nothing", "add confidence, note or decision"
