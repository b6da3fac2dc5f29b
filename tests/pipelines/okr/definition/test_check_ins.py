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
