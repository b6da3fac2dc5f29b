from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.okr.definition.loading import load
from pipelines.okr.definition.yaml_tree import read_tree
from pipelines.okr.kpi.kpi import Kpi
from tests.pipelines.okr.definition.okr_texts import with_key_result

SOUND = """\
objective: Become big
id: big
period: 2026
key_results:
  - id: revenue
    kpi: revenue
    at_least: 2_000_000
"""


def the_faults(text: str, kpis: dict[str, Kpi], name: str = "o.yml") -> list[str]:
    loaded = load({name: text}, kpis)
    is_stopped = any(fault.stops_file for fault in loaded.faults)
    assert is_stopped != bool(loaded.objectives), "nothing is scored from a broken file"
    return [str(fault) for fault in loaded.faults]


def test_a_sound_file_has_no_faults(kpis):
    loaded = load({"big.yml": SOUND}, kpis)
    assert not loaded.faults
    (objective,) = loaded.objectives
    assert objective.id == "big"
    assert str(objective.key_results[0].at_least) == "2000000"
    assert objective.key_results[0].weight == 1


def test_a_kpi_that_no_source_feeds_is_told_with_the_source(kpis):
    text = with_key_result("kpi: clicks", "at_most: 5")
    loaded = load({"o.yml": text}, kpis, off_kpis={"clicks": {"meta_ads", "google_ads"}})
    assert [str(fault) for fault in loaded.faults] == [
        "o.yml:6: key result `kr`: KPI `clicks` needs sources `google_ads` and `meta_ads`, which are off; "
        "set it up (`okra sources` shows how), or remove the key result"
    ]
    loaded = load({"o.yml": text}, kpis, off_kpis={"clicks": {"meta_ads"}})
    assert "needs source `meta_ads`, which is off; set" in str(loaded.faults[0])


def test_a_key_result_of_a_kpi_that_nothing_computes_leaves_the_others_of_its_file_alone(kpis):
    text = with_key_result("kpi: revenu", "at_least: 5") + (
        "  - {id: ads, kpi: clicks, at_most: 5}\n  - {id: deals, kpi: deals, at_least: 9}\n"
    )
    loaded = load({"o.yml": text}, kpis, off_kpis={"clicks": {"meta_ads"}})
    assert [fault.line for fault in loaded.faults] == [6, 8]
    [objective] = loaded.objectives
    assert [result.kpi for result in objective.key_results] == ["revenu", "clicks", "deals"]
    assert loaded.lacking_kpis == {
        "revenu": "unknown KPI `revenu`; did you mean `revenue`?",
        "clicks": "KPI `clicks` needs source `meta_ads`, which is off; set it up (`okra sources` shows how), "
        "or remove the key result",
    }


def test_another_fault_beside_an_unknown_kpi_stops_the_file(kpis):
    text = with_key_result("kpi: revenu", "at_least: 5") + "  - {id: deals, kpi: deals}\n"
    loaded = load({"o.yml": text}, kpis)
    assert len(loaded.faults) == 2
    assert loaded.objectives == ()


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        (("kpi: revenu", "at_least: 5"), "o.yml:6: key result `kr`: unknown KPI `revenu`; did you mean `revenue`?"),
        (("kpi: revenue",), "o.yml:5: key result `kr`: no number; add one of at_least, at_most, between or milestone"),
        (("at_least: 5",), "o.yml:5: key result `kr`: no KPI; add `kpi:` with the name of a KPI"),
        (("kpi: revenue", "at_least: 5", "at_most: 6"), "more than one goal (at_least, at_most); keep one of them"),
        (("kpi: revenue", "at_lest: 5"), "o.yml:7: key result `kr`: unknown key `at_lest`; did you mean `at_least`?"),
        (("kpi: revenue", "at_least: lots"), "o.yml:7: key result `kr`: `lots` is not a number; write a plain number"),
        (("kpi: revenue", "at_least: 2,000"), "write a plain number such as 2_000, 0.96 or 96 %"),
        (("kpi: revenue", "at_least: [5]"), "is not an exact number"),
        (("kpi: csat", "at_least: 96"), "o.yml:7: key result `kr`: `csat` is a percentage and 96 would be 9600"),
        (("kpi: csat", "at_least: 96 %", "from: 80"), "o.yml:8: key result `kr`: `csat` is a percentage"),
        (("kpi: csat", "between: [90 %, 95]", "per: month"), "write 95 %"),
        (("kpi: csat", "from: 96 %", "at_least: 0.960"), "the baseline and the target are both"),
        (("kpi: csat", "from: 97 %", "at_least: 96 %"), "is met from the start (0.97); write at_most"),
        (("kpi: churn", "from: 1 %", "at_most: 2 %"), "is met from the start (0.01); write at_least"),
        (("kpi: revenue", "from: 5", "at_least: 9"), "a total of the flow `revenue` counts from 0"),
        (("kpi: csat", "from: 5 %", "at_least: 96 %", "per: month"), "`from` has no meaning with `per`"),
        (("kpi: revenue", "at_least: 5", "per: fortnight"), "`per: fortnight` is not known; write one of 'day'"),
        (("kpi: revenue", "at_least: 5", "per: month", "over: week"), "o.yml:9: key result `kr`: both `per`"),
        (("kpi: revenue", "at_least: 5", "per: week", "by: 2026-01-07"), "kr`: there is no whole week in it"),
        (("kpi: revenue", "at_least: 5", "where: {curency: USD}"), "no dimension `curency`; did you mean `currency`?"),
        (("kpi: deals", "at_least: 5", "for_each: team"), "has no dimension `team`; its dimensions: rep"),
        (("kpi: deals", "at_least: 5", "for_each: rep", "where: {rep: kim}"), "both held to one member"),
        (("kpi: deals", "at_least: 5", "where: {rep: {not: kim}}"),
         "`rep` is held to no member; write one or a list; to leave members out, write `not: {rep: ...}`"),
        (("kpi: deals", "at_least: 5", "where: {rep: [kim, kim]}"),
         "`kim` stands twice in `rep`; name each member once"),
        (("kpi: deals", "at_least: 5", "where: {rep: []}"), "`rep` has an empty list or an empty name"),
        (("kpi: deals", "at_least: 5", "where: {not: none}"),
         "`not` names no dimension; write it such as not: {seller: none}"),
        (("kpi: deals", "at_least: 5", "where: {rep: [kim, lee], not: {rep: max}}"),
         "both held to members and to all but some"),
        (("kpi: deals", "at_least: 5", "where: {not: {team: a}}"), "has no dimension `team`; its dimensions: rep"),
        (("kpi: visitors", "at_least: 5", "where: {country: [de, fr]}"),
         "`visitors` counts each once, and cannot be added up over several country"),
        (("kpi: visitors", "at_least: 5", "where: {not: {country: de}}"),
         "cannot be added up over all country but some; write one member"),
        (("kpi: revenue", "at_least: {kpi: plan_revenu}"),
         "o.yml:7: key result `kr`: unknown KPI `plan_revenu`; did you mean `plan_revenue`?"),
        (("kpi: revenue", "at_least: {kpi: revenue}"), "`revenue` is held to itself"),
        (("kpi: revenue", "at_least: {kpi: spend}"),
         "`spend` is no plan, so that its days to come are not known; declare it with `plan: true`"),
        (("kpi: deals", "at_least: {kpi: plan_revenue}"),
         "`plan_revenue` is in USD, and `deals` in deals; name a KPI of the same unit"),
        (("kpi: revenue", "at_least: {kpi: plan_level}"),
         "`plan_level` is a stock, which is no target of the flow `revenue`; name a flow"),
        (("kpi: churn", "at_most: {kpi: plan_revenue}"),
         "`plan_revenue` is a flow, which is no target of the ratio `churn`; name a ratio, or a stock"),
        (("kpi: revenue", "at_least: {kpi: plan_revenue}", "by: 2026-11-15"),
         "is given every month, and 2026-01-01 to 2026-11-15 are no whole months"),
        (("kpi: revenue", "at_least: {kpi: plan_revenue}", "per: week"),
         "is given every month, and has no number for a week; write month for week"),
        (("kpi: revenue", "at_least: {kpi: plan_revenue, times: 0}"),
         "`times: 0` is not above 0; write a factor such as 1.05"),
        (("kpi: revenue", "at_least: {kpi: plan_revenue, time: 2}"), "unknown key `time` of a target"),
        (("kpi: revenue", "at_least: {north: 5}"), "a target for each member without `for_each`"),
        (("kpi: deals", "at_least: {kim: many}", "for_each: rep"), "`many` is not a number"),
        (("kpi: deals", "at_least: {kim: 5 %}", "for_each: rep"), "`deals` is in deals, and 5 % is a share"),
        (("kpi: deals", "at_least: {kim: 5}", "for_each: rep", "members: [kim]"),
         "names them already; leave `members` out"),
        (("kpi: deals", "at_least: 5", "for_each: rep", "where: {rep: kim}"), "both held to one member"),
        (("kpi: deals", "at_least: 5", "by: 2025-12-31"), "o.yml:8: key result `kr`: the deadline 2025-12-31"),
        (("kpi: deals", "at_least: 5", "by: 2027-01-01"), "the deadline 2027-01-01 is after the period ends"),
        (("kpi: deals", "at_least: 5", "by: tomorrow"), "`tomorrow` is not a date; write it such as 2026-11-30"),
        (("kpi: deals", "at_least: 5", "weight: -1"), "the weight -1 is negative"),
        (("kpi: deals", "at_least: 5", "weight: 0"), "o.yml:1: the weights add up to zero"),
        (("kpi: deals", "between: [9, 5]"), "the band is upside down; write between: [5, 9]"),
        (("kpi: deals", "between: [9]"), "a band has two numbers; write between: [low, high]"),
        (("kpi: deals", "at_least: 5", "name: [first, second]"), "`name` is a list, and takes one text"),
        (("milestone: {done: maybe, due: 2026-12-01}",), "`maybe` is neither true nor false"),
        (("milestone: {done: false}",), "no `due`; add it such as `due: 2026-12-01`"),
        (("milestone: {done: false, due: 2027-12-01}",), "after the period ends"),
        (("kpi: deals", "milestone: {done: false, due: 2026-12-01}"), "a milestone takes no `kpi`"),
    ],
)  # fmt: skip
def test_a_fault_says_where_it_is_and_what_would_be_right(lines, fault, kpis):
    faults = the_faults(with_key_result(*lines), kpis)
    assert any(fault in told for told in faults), faults


@pytest.mark.parametrize(
    "lines",
    [
        ("kpi: revenue", "at_least: {kpi: plan_revenue, times: 1.05}"),
        ("kpi: revenue", "between: [0, {kpi: plan_revenue}]", "per: quarter"),
        ("kpi: churn", "at_most: {kpi: plan_share}", "over: week"),
        ("kpi: deals", "at_least: {kim: 7, lee: 5}", "for_each: rep"),
        ("kpi: deals", "at_least: 5", "for_each: rep", "where: {not: {rep: none}}"),
        ("kpi: visitors", "at_least: 5", "for_each: country", "where: {not: {country: de}}"),
    ],
)
def test_goals_over_data_are_sound(lines, kpis):
    loaded = load({"o.yml": with_key_result(*lines)}, kpis)
    assert [str(fault) for fault in loaded.faults] == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "o.yml:1: the file is empty; write `objective:`"),
        ("just words", "o.yml:1: not an objective"),
        ("# a\n- objective: A\n", "o.yml:2: a list of objectives; write one file an objective"),
        ("id: [", "o.yml:1: not YAML: expected the node content"),
        ("id: a\n---\nid: b\n", "o.yml:2: a second document; one file holds one objective"),
        ("id: a\nid: b\n", "o.yml:2: `id` is given twice; keep one of them"),
        ("id: !!python/name:os.system x\n", "o.yml:1: the tag"),
        ("id: !secret x\n", "o.yml:1: the tag `!secret` is not known here"),
        ("? [a]\n: b\n", "o.yml:1: a key that is not a word"),
        ("a: \x00", "o.yml:1: not YAML"),
        ("[" * 5000, "o.yml:1: brackets or lines are nested too deep"),
        ("a: &a [*a]\n", "too large or too deep"),
        ("x" * 300_000, "o.yml:1: the file is longer than"),
        ("id: o\nperiod: 2026\nkey_results: []\n", "o.yml:1: no `objective`; add `objective:`"),
        ("objective: O\nperiod: 2026\nkey_results: []\n", "o.yml:1: no `id`; add it such as"),
        ("objective: O\nid: O o\nperiod: 2026\nkey_results: []\n", "o.yml:2: `id: O o` is not a slug"),
        ("objective: O\nid: o\nperiod: 2026\n", "no `key_results`"),
        ("objective: O\nid: o\nperiod: 2026-Q5\nkey_results: []\n", "o.yml:3: `2026-Q5` is not a period; write"),
        ("objective: O\nid: o\nperiod: 2025-W53\nkey_results: []\n", "o.yml:3: there is no 2025-W53"),
        ("objective: O\nid: o\nperiod: 2026\ncommitment: firm\nkey_results: []\n", "'committed' or 'aspirational'"),
        ("objective: O\nid: o\nperiod: 2026\nkey_results: 5\n", "o.yml:4: `key_results` is `5`, not a valid list"),
        ("objective: O\nid: o\nperiod: 2026\nkey_results:\n  - 5\n", "o.yml:5"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_objective_is_a_fault_and_never_a_crash(text, fault, kpis):
    faults = the_faults(text, kpis)
    assert any(fault in told for told in faults), faults


def test_an_alias_bomb_is_refused_quickly(kpis):
    lines = ["a: &l0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"b{n}: &l{n} [" + ", ".join([f"*l{n - 1}"] * 10) + "]" for n in range(1, 9)]
    (fault,) = the_faults("\n".join(lines), kpis)
    assert "too large or too deep" in fault


def test_a_key_result_without_a_deadline_is_refused_where_it_stands(kpis):
    text = with_key_result("kpi: deals", "at_least: 5", head="owner: a")
    (fault,) = the_faults(text, kpis)
    assert fault.startswith("o.yml:5: key result `kr`: no deadline; add `by:`")


def test_a_deadline_without_a_period_still_lacks_a_start(kpis):
    text = with_key_result("kpi: deals", "at_least: 5", "by: 2026-05-05", head="owner: a")
    (fault,) = the_faults(text, kpis)
    assert "no `period`" in fault


def test_every_fault_of_a_file_is_told_at_once(kpis):
    text = (
        with_key_result("kpi: revenu", "at_least: 5")
        + "  - id: kr\n    kpi: csat\n    at_least: 96\n"
    )
    faults = the_faults(text, kpis)
    assert [fault.split(":")[1] for fault in faults] == ["6", "8", "10"]
    assert "also that of line 5" in faults[1]


def test_nothing_comes_from_a_broken_file_and_the_others_still_do(kpis):
    loaded = load({"good.yml": SOUND, "bad.yml": "id: ["}, kpis)
    assert [objective.id for objective in loaded.objectives] == ["big"]
    assert [fault.file for fault in loaded.faults] == ["bad.yml"]


def test_an_id_in_two_files_is_refused_in_both_and_names_the_other(kpis):
    loaded = load({"a.yml": SOUND, "b.yml": SOUND}, kpis)
    assert not loaded.objectives
    texts = [str(fault) for fault in loaded.faults]
    assert texts[0].startswith("a.yml:2: the id `big` is also that of b.yml:2")
    assert texts[1].startswith("b.yml:2: the id `big` is also that of a.yml:2")


def child(name: str, parent: str) -> str:
    return f"objective: C\nid: {name}\nperiod: 2026\nparent: {parent}\nkey_results: []\n"


def test_an_unknown_parent_is_refused_with_the_closest_id(kpis):
    loaded = load({"big.yml": SOUND, "c.yml": child("c", "bigg")}, kpis)
    assert [str(f) for f in loaded.faults] == [
        "c.yml:4: unknown parent `bigg`; did you mean `big`?"
    ]


@pytest.mark.parametrize(
    "broken", ["id: big\nobjective: [", "objective: O\nid: big\n", SOUND + "x: 1\n"]
)
def test_a_child_of_a_broken_file_is_kept_as_a_root_with_its_parent_noted(broken, kpis):
    loaded = load({"big.yml": broken, "c.yml": child("c", "big")}, kpis)
    assert {fault.file for fault in loaded.faults} == {"big.yml"}
    assert [(objective.id, objective.parent) for objective in loaded.objectives] == [("c", "big")]


def test_a_circle_of_parents_is_refused_in_each_of_its_files(kpis):
    files = {f"{a}.yml": child(a, b) for a, b in ("ab", "bc", "ca", "da")}
    loaded = load(files | {"self.yml": child("self", "self")}, kpis)
    assert [fault.file for fault in loaded.faults] == ["a.yml", "b.yml", "c.yml", "self.yml"]
    assert "a → b → c → a" in loaded.faults[0].what
    assert [objective.id for objective in loaded.objectives] == ["d"], (
        "its parent is in a broken file"
    )


def test_text_that_yaml_would_turn_into_something_else_stays_text(kpis):
    text = with_key_result("kpi: revenue", "at_least: 5", "where: {currency: NO}")
    (objective,) = load({"o.yml": text}, kpis).objectives
    assert objective.key_results[0].where == {"currency": "NO"}


def test_the_sample_definitions_of_the_project_are_sound():
    flow = {"net_revenue": ("currency",), "units_sold": ("product", "color"),
            "units_shipped": ("product", "color"), "page_engagements": ()}  # fmt: skip
    known = {name: Kpi(name, "flow", dimensions=by) for name, by in flow.items()}
    known["site_visitors"] = Kpi("site_visitors", "distinct")
    known["page_likes"] = Kpi("page_likes", "stock")
    folder = Path(__file__).parents[4] / "okr_definitions"
    ours = ("company-two-million", "sales-widgets", "operations-thingamajigs",
            "marketing-web-traffic", "marketing-audience")  # fmt: skip
    files = {name: (folder / f"{name}.yml").read_text("utf-8") for name in ours}
    loaded = load(files, known)
    assert not loaded.faults, [str(fault) for fault in loaded.faults]
    assert len(loaded.objectives) == 5


@given(st.text(max_size=200))
def test_no_text_makes_loading_fail(text):
    loaded = load({"o.yml": text}, {})
    assert loaded.faults or loaded.objectives


SNIPPETS = st.lists(
    st.sampled_from(
        ["objective: O", "id: o", "period: 2026", "key_results:", "  - id: k", "    kpi: deals",
         "    at_least: 5", "    between: [1, 2]", "    where: {rep: kim}", "    where: 5", "  - 5",
         "    milestone: {done: true, due: 2026-05-05}", "    milestone: yes", "parent: o",
         "period: {start: 1}", "    from: measured", "    per: month", "weight: x", "key_results: {a: b}"]
    ), max_size=12,
)  # fmt: skip


@given(SNIPPETS)
def test_no_mixture_of_lines_makes_loading_fail(lines):
    loaded = load({"o.yml": "\n".join(lines)}, {"deals": Kpi("deals", "flow", dimensions=("rep",))})
    assert loaded.faults or loaded.objectives
    assert all(fault.line >= 1 and fault.what and fault.remedy for fault in loaded.faults)


def test_the_parts_of_a_file_have_the_lines_that_they_have_in_it():
    tree = read_tree("a: {kind: flow}\n\nb:\n  kind:\n  unit: deals\nc: text\n")
    parts = tree.parts
    assert list(parts) == ["a", "b", "c"]
    assert all(parts[name] == tree.below(name) for name in parts)
    assert parts["b"].line(("unit",)) == 5
    assert parts["b"].blank == {("kind",)}


def test_all_keys_are_named_where_none_is_near_to_the_unknown_one(kpis: dict[str, Kpi]) -> None:
    """`name` is what was meant by `title`, and was not among the first twelve keys."""
    text = SOUND.replace("  - id: revenue", "  - id: revenue\n    title: Sell more")
    [fault] = the_faults(text, kpis)
    assert "unknown key `title`; the keys are at_least, at_most, because," in fault
    assert "met_in, milestone, name, name_members, over, per, plan, weight, where" in fault


def test_a_lead_a_budget_or_a_measure_of_an_unknown_kpi_leaves_its_file_alone(kpis):
    text = with_key_result("kpi: revenue", "at_least: {kpi: budgett}") + (
        "  - {id: deals, kpi: deals, at_least: 9, leads: {kpi: likess}}\n"
        "measures:\n  - {what: Ads, kpi: clickss, start: 2026-01-05}\n"
    )
    loaded = load({"o.yml": text}, kpis)
    told = [(fault.line, fault.what.partition(": ")[2]) for fault in loaded.faults]
    assert told == [
        (7, "unknown KPI `budgett`"),
        (8, "unknown KPI `likess`"),
        (10, "unknown KPI `clickss`"),
    ]
    [objective] = loaded.objectives
    assert loaded.lacking_kpis == {}, "each key result has figures of its own"
    assert [measure.kpi for measure in objective.measures] == ["clickss"]


def test_a_budget_that_is_none_is_told_with_those_that_there_are(kpis):
    loaded = load({"o.yml": with_key_result("kpi: revenue", "at_least: {kpi: xyz}")}, kpis)
    [fault] = loaded.faults
    assert fault.remedy == (
        "the KPIs with `plan: true` are "
        + ", ".join(sorted(x for x, kpi in kpis.items() if kpi.is_plan))
    )
