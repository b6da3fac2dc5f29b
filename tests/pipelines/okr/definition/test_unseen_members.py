"""Names in a definition that no row of the KPI has ever had."""

import pytest

from pipelines.okr.definition.definitions import KeyResult
from pipelines.okr.definition.unseen_members import UnseenMember, unseen_members

MEMBERS = {
    "color": ["blue", "green"],
    "product": ["widget"],
    "region": [],
    "rep": ["Kim Lee", "Ada Moss"],
}


def slips(**keys: object) -> list[UnseenMember]:
    result = KeyResult.model_validate({"id": "it", "kpi": "units", "at_least": 7, **keys})
    return list(unseen_members(result, MEMBERS.__getitem__))


def told(where: dict[str, str]) -> list[str]:
    return [str(slip) for slip in slips(where=where)]


def test_a_member_that_occurred_is_not_told():
    assert told({"color": "green", "product": "widget"}) == []


def test_another_spelling_is_told_with_what_was_meant():
    assert told({"color": "gren"}) == ["no `gren` in color; did you mean `green`?"]
    assert told({"color": "GREEN"}) == ["no `GREEN` in color; did you mean `green`?"]


def test_a_name_like_no_other_is_told_with_those_there_are():
    assert told({"color": "purple"}) == ["no `purple` in color; its members: blue, green"]


def test_each_of_a_filter_is_told():
    both = slips(where={"product": "Widget", "color": "Blue"})
    assert [slip.flag for slip in both] == ["unseen:color=Blue", "unseen:product=Widget"]


def test_of_a_dimension_without_any_member_nothing_is_told():
    assert told({"region": "north"}) == []


def test_a_listed_name_is_told_only_where_it_is_close_to_one_that_the_list_lacks():
    def listed(*names: str) -> list[str]:
        told = slips(for_each="rep", members=list(names))
        assert all(slip.key == "members" for slip in told)
        return [slip.member for slip in told]

    assert listed("Kim Leee", "Ada Moss") == ["Kim Leee"]
    assert listed("kim lee") == ["kim lee"]
    assert listed("Kim Lee", "Kim Leeds") == [], "both may well be there"
    assert listed("Zoe Hartmann") == []


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("Cý", "Cy"),
        ("Cy", "Cý"),
        ("Cy\N{COMBINING ACUTE ACCENT}", "Cý"),
        ("Ｃｙ", "Cy"),
        ("C\N{NO-BREAK SPACE}Y", "C y"),
        ("C\N{ZERO WIDTH SPACE}y", "Cy"),
        ("Voß", "VOSS"),
        ("Bø", "Bo"),
        ("Al\N{EN DASH}X", "Al-X"),
    ],
)
def test_a_short_name_in_other_letters_is_told_like_a_long_one(written: str, known: str):
    result = KeyResult.model_validate(
        {"id": "it", "kpi": "units", "at_least": 7, "for_each": "rep", "members": [written]}
    )
    (slip,) = unseen_members(result, lambda _: [known])
    assert (slip.member, slip.remedy) == (written, f"did you mean `{known}`?")
    filtered = KeyResult.model_validate(
        {"id": "it", "kpi": "units", "at_least": 7, "where": {"rep": written}}
    )
    (slip,) = unseen_members(filtered, lambda _: [known])
    assert slip.remedy == f"did you mean `{known}`?"


def test_short_names_of_other_letters_and_vowel_marks_of_other_scripts_are_two_names():
    def told_of(written: str, known: str) -> list[UnseenMember]:
        result = KeyResult.model_validate(
            {"id": "it", "kpi": "units", "at_least": 7, "for_each": "rep", "members": [written]}
        )
        return list(unseen_members(result, lambda _: [known]))

    assert told_of("Bo", "Cy") == []
    assert told_of("कि", "कु") == []
    assert told_of("Cy ", "Cy") == [], "blanks at the ends are not read"


def test_a_name_of_a_roster_in_other_letters_is_told_and_one_that_is_only_close_is_not():
    def told_of(*roster: str) -> list[str]:
        result = KeyResult.model_validate(
            {"id": "it", "kpi": "units", "at_least": 7, "for_each": "rep"}
        )
        members = {"rep": ["Kim Lee", "Zoë Moss"]}.__getitem__
        return [str(slip) for slip in unseen_members(result, members, {"rep": roster})]

    kim = "no `{}` in rep, but the roster has it; did you mean `Kim Lee`?"
    assert told_of("kim lee", "Zoë Moss") == [kim.format("kim lee")]
    assert told_of("Kim  Lee ", "Zoë Moss") == [kim.format("Kim  Lee ")]
    decomposed = "Zoe\N{COMBINING DIAERESIS} Moss"
    assert told_of("Kim Lee", decomposed) == [
        f"no `{decomposed}` in rep, but the roster has it; did you mean `Zoë Moss`?"
    ]
    assert told_of("Kim Lee", "Zoë Moss", "Kim Leeds", "Ada Ray") == []
    assert told_of("Kim Lee", "kim lee") == [], "the roster has both"


def test_where_nobody_is_named_a_slip_is_told_without_the_name():
    (slip,) = slips(for_each="rep", members=["kim lee"])
    assert slip.unnamed.flag == "unseen:rep=…"
    assert str(slip.unnamed) == "a name in rep is in no row; `okra check` says which"
