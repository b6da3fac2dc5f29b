"""Check-ins, and what is wrong with them."""

from datetime import date
from decimal import Decimal

import pytest

from pipelines.okr.definition.check_ins import read_check_ins

TODAY = date(2026, 11, 25)
NAMES = ("sell/deals", "sell/revenue")
SOUND = """
- key_result: sell/deals
  day: 2026-11-20
  by: ana@example.com
  confidence: 80 %
  note: Two are signed.
- {key_result: sell/revenue, day: 2026-11-19, decision: Keep the target}
"""


def read(text: str, names: tuple[str, ...] | None = NAMES) -> tuple[list, list[str]]:
    sound, faults = read_check_ins({"2026.yml": text.encode()}, names, TODAY)
    return sound, [str(fault) for fault in faults]


def test_a_check_in_has_a_day_a_confidence_and_words() -> None:
    (deals, revenue), faults = read(SOUND)
    assert not faults
    assert (deals.day, deals.by, deals.confidence, deals.note) == (
        date(2026, 11, 20), "ana@example.com", Decimal("0.8"), "Two are signed.",
    )  # fmt: skip
    assert (revenue.confidence, revenue.decision) == (None, "Keep the target")


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ("{key_result: sell/deal, day: 2026-11-20, note: x}",
         "2026.yml:9: no key result is called `sell/deal`; did you mean `sell/deals`?"),
        ("{key_result: sell/deals, day: 2026-11-26, note: x}", "2026.yml:9: 2026-11-26 is still to come"),
        ("{key_result: sell/deals, day: 2026-11-21, confidence: 120 %}", "2026.yml:9: a confidence of 120%"),
        ("{key_result: sell/deals, day: 2026-11-21, confidence: 80}",
         "2026.yml:9: a confidence of 8000%; write 80 % if you mean that"),
        ("{key_result: sell/deals, day: 2026-11-21}", "2026.yml:9: a check-in that says nothing"),
        ("{key_result: sell/deals, note: x}", "2026.yml:9: no `day`"),
        ("{key_result: sell/deals, day: 2026-11-21, mood: good}", "2026.yml:9: unknown key `mood`"),
        ("good", "2026.yml:9: not a check-in"),
        ("{key_result: sell/deals, day: 2026-11-20, by: ana@example.com, note: again}",
         "2026.yml:9: ana@example.com checked in on 2026-11-20 already (2026.yml:2)"),
    ],
)  # fmt: skip
def test_a_check_in_with_a_fault_is_left_out_and_the_others_count(entry: str, fault: str) -> None:
    sound, faults = read(f"{SOUND}\n- {entry}\n")
    assert len(sound) == 2
    [said] = faults
    assert said.startswith(fault)


def test_a_file_that_is_no_list_is_a_fault() -> None:
    assert read("key_result: sell/deals") == (
        [], ["2026.yml:1: not a list of check-ins; write a list: `- key_result:`, `day:`, `confidence:`, `note:` …"],
    )  # fmt: skip
    assert read("") == ([], [])


def test_beside_a_broken_okr_file_no_name_is_said_to_be_unknown() -> None:
    sound, faults = read("- {key_result: other/goal, day: 2026-11-20, note: x}", None)
    assert (len(sound), faults) == (1, [])


@pytest.mark.parametrize(("written", "confidence"), [("0 %", 0), ("100 %", 1), ("0.5", "0.5")])
def test_somebody_may_be_sure(written: str, confidence: object) -> None:
    [check_in], faults = read(
        f"- {{key_result: sell/deals, day: 2026-11-20, confidence: {written}}}"
    )
    assert (check_in.confidence, faults) == (Decimal(confidence), [])


def test_an_entry_with_a_fault_is_none_that_a_right_one_could_repeat() -> None:
    entry = "{{key_result: sell/deals, day: 2026-11-20, by: ana@example.com, confidence: {} %}}"
    sound, faults = read(f"- {entry.format(120)}\n- {entry.format(80)}\n")
    assert [x.confidence for x in sound] == [Decimal("0.8")]
    assert len(faults) == 1
    assert "a confidence of 120%" in faults[0]


def test_check_ins_are_in_the_order_of_their_goals_and_days() -> None:
    sound, _ = read(
        "- {key_result: sell/revenue, day: 2026-11-19, note: x}\n"
        "- {key_result: sell/deals, day: 2026-11-21, note: x}\n"
        "- {key_result: sell/deals, day: 2026-11-20, note: x, by: lee}\n"
        "- {key_result: sell/deals, day: 2026-11-20, note: x}\n"
    )
    assert [(x.key_result, x.day.day, x.by) for x in sound] == [
        ("sell/deals", 20, None),
        ("sell/deals", 20, "lee"),
        ("sell/deals", 21, None),
        ("sell/revenue", 19, None),
    ]


@pytest.mark.parametrize(
    ("written", "remedy"),
    [
        ("1.5", "write 0 % to 100 %"),
        ("2", "write 2 % if you mean that"),
        ("100", "write 100 % if you mean that"),
        ("100.5", "write 0 % to 100 %"),
        ("-0.1", "write 0 % to 100 %"),
    ],
)
def test_a_number_from_2_to_100_may_lack_its_sign(written: str, remedy: str) -> None:
    sound, [fault] = read(f"- {{key_result: sell/deals, day: 2026-11-20, confidence: '{written}'}}")
    assert sound == []
    assert fault.endswith(remedy)


def test_today_is_not_ahead_of_itself() -> None:
    sound, faults = read("- {key_result: sell/deals, day: 2026-11-25, note: x}")
    assert (len(sound), faults) == (1, [])


@pytest.mark.parametrize("said", ["note: x", "decision: x", "confidence: 5 %"])
def test_any_one_thing_that_is_said_is_enough(said: str) -> None:
    sound, faults = read(f"- {{key_result: sell/deals, day: 2026-11-20, {said}}}")
    assert (len(sound), faults) == (1, [])


def test_who_said_it_and_when_tell_two_check_ins_apart() -> None:
    entry = "- {{key_result: sell/{}, day: 2026-11-{}, by: {}, note: x}}\n"
    four = [
        ("deals", 20, "ana"),
        ("deals", 20, "lee"),
        ("deals", 21, "ana"),
        ("revenue", 20, "ana"),
    ]
    sound, faults = read("".join(entry.format(*said) for said in four))
    assert (len(sound), faults) == (4, [])
    sound, [fault] = read("- {key_result: sell/deals, day: 2026-11-20, note: x}\n" * 2)
    assert len(sound) == 1
    assert fault.startswith("2026.yml:2: somebody checked in on 2026-11-20 already (2026.yml:1)")


def test_after_a_broken_or_an_empty_file_the_others_are_read() -> None:
    entry = b"- {key_result: sell/deals, day: 2026-11-20, note: x}"
    files = {"a.yml": b"[", "b.yml": b"", "c.yml": b"x: 1", "d.yml": entry}
    sound, faults = read_check_ins(files, NAMES, TODAY)
    assert (len(sound), [fault.file for fault in faults]) == (1, ["a.yml", "c.yml"])


def test_of_a_sheet_it_is_said_when_it_was_read() -> None:
    entry = b"- {key_result: sell/deals, day: 2026-11-20, note: x}"
    read_on = {"sheet": date(2026, 11, 24)}
    [check_in], _ = read_check_ins({"sheet": entry}, NAMES, TODAY, read_on)
    assert check_in.read_on == date(2026, 11, 24)
    [check_in], _ = read_check_ins({"2026.yml": entry}, NAMES, TODAY, read_on)
    assert not hasattr(check_in, "read_on")
