"""The worked examples of this folder, read from YAML and played through the public doors of `pipelines.okr`.

An example gives days and a definition, and expects figures that were worked out by hand:

    - case: Half of the goal is reached half way through
      given:                            # by KPI of kpis.yml; a span of days has its amount on each of them
        deals: {2026-11-01..2026-11-15: 2}
      okr: |
        ...                             # definition files, apart by `---`
      on: 2026-11-16                    # the day that is played
      expect:
        it: {actual: 30, score: 0.5}    # `it, 2026-11` a window, `it, kim` a member, `objective grow`
      working: 15 × 2 = 30; 30 ÷ 60 = 0.5

An amount is a number, `numerator / denominator`, `empty` (delivered, without a row) or `missing` (not
delivered); a list has one a day. `rep kim:` holds the amounts of one member, `month 2026-10:` is a count as
its source reported it, `roster rep: {kim: 2026-11-01..}` says who is there. What would bring `it` back is
expected as `it: rate`, `it: rep kim` and the like.
Instead of `okr` an example may ask for a `period`, a `course` of days, the status at certain `odds`, or the
`factors` of a KPI's change, or with `okr` of the gap to the target of `it`. All text stays text until it is
compared, as a decimal.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import attrgetter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import yaml

from pipelines.okr.definition.loading import load
from pipelines.okr.factors.amounts import KpiAmounts
from pipelines.okr.factors.periods_compared import period_factors
from pipelines.okr.factors.targets import Gap, gap_factors
from pipelines.okr.kpi.facts import TOTAL
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.periods import (
    FiscalYear,
    Period,
    PeriodError,
    parse_period,
    previous,
    windows,
    year_before,
)
from pipelines.okr.kpi.series import KpiIndex, index_facts
from pipelines.okr.kpi.status import Policy, by_odds
from pipelines.okr.kpi.timeline import Timeline
from pipelines.okr.levers.lever import Lever
from pipelines.okr.levers.search import find_levers
from pipelines.okr.scoring.evidence import Evidence
from pipelines.okr.scoring.pace import expected_share
from pipelines.okr.scoring.scorecard import Scorecard
from pipelines.okr.scoring.scoring import score
from tests.pipelines.okr.golden.given_days import facts_of

FOLDER = Path(__file__).parent
NONE = "none"
_NEEDED = {"case", "expect", "working"}
_KNOWN = _NEEDED | {
    "rule", "given", "okr", "edited_to", "on", "fiscal_year_start", "fiscal_year_named_by",
    "period", "touching", "course", "odds", "factors", "against",
}  # fmt: skip

Answers = Mapping[str, object]
"""What came out, by the names that examples have for it: each has the fields that may be expected."""


@dataclass(frozen=True)
class Example:
    """One worked example of a file."""

    file: str
    body: Mapping[str, Any]

    @property
    def name(self) -> str:
        return f"{self.file}: {self.body['case']}"

    @property
    def expected(self) -> Mapping[str, Any]:
        expected: Mapping[str, Any] = self.body["expect"]
        return expected


def read_examples() -> list[Example]:
    """Every example of every file, by file and in its order."""
    examples = []
    for path in sorted(FOLDER.glob("*.yml")):
        if path.name == "kpis.yml":
            continue
        for body in _read(path):
            assert body.keys() >= _NEEDED, f"{path.name}: {body} lacks one of {_NEEDED}"
            assert body.keys() <= _KNOWN, f"{path.name}: {body.keys() - _KNOWN} means nothing"
            examples.append(Example(path.stem, body))
    return examples


def read_kpis() -> dict[str, Kpi]:
    """The KPIs that the examples are about."""
    return {
        name: Kpi(
            name,
            kind=meta["kind"],
            unit=meta["unit"],
            precision=int(meta.get("precision", 0)),
            dimensions=tuple(meta.get("dimensions", ())),
            denominator=meta.get("denominator", "sum"),
            every=meta.get("every", "day"),
            is_plan=meta.get("plan") == "true",
        )
        for name, meta in _read(FOLDER / "kpis.yml").items()
    }


def _read(path: Path) -> Any:
    # the loader that turns nothing into a number, a date or a truth
    return yaml.load(path.read_text("utf-8"), yaml.BaseLoader)


def played(example: Example) -> Answers:
    """What the code says to the example."""
    body = example.body
    fiscal = FiscalYear(
        int(body.get("fiscal_year_start", 1)), body.get("fiscal_year_named_by", "end")
    )
    if "period" in body:
        return _period(body, fiscal)
    if "course" in body:
        days = {name: date.fromisoformat(day) for name, day in body["course"].items()}
        course = Timeline(**days, yesterday=days["cut"])
        row = SimpleNamespace(
            days=course.days,
            elapsed=course.elapsed,
            remaining=course.remaining,
            expected=expected_share(course),
        )
        return {"course": row}
    if "odds" in body:
        status = by_odds("on_track", Decimal(body["odds"]), Policy())
        return {"odds": SimpleNamespace(status=status)}
    if "factors" in body:
        return _factors(body, fiscal)
    answers = _scored(body, body["okr"], fiscal)
    if "edited_to" in body:
        edited = _scored(body, body["edited_to"], fiscal)
        answers |= _edited(answers, edited)
    return answers


def _scored(body: Mapping[str, Any], text: str, fiscal: FiscalYear) -> dict[str, object]:
    kpis = read_kpis()
    files = {f"{n}.yml": part for n, part in enumerate(text.split("\n---\n"))}
    loaded = load(files, kpis, fiscal)
    if loaded.faults:
        return {"refused": SimpleNamespace(what=loaded.faults[0].what, faults=len(loaded.faults))}
    given = {name: facts_of(kpis[name], days) for name, days in body.get("given", {}).items()}
    as_of = date.fromisoformat(body["on"])
    card = score(loaded.objectives, Evidence(index_facts(given), as_of))
    if not any(": " in name for name in body["expect"]):
        return _by_name(card)
    levers = find_levers(card)
    return _by_name(card) | {_lever_name(lever): lever for lever in levers}


def _by_name(card: Scorecard) -> dict[str, object]:
    named: dict[str, object] = {f"objective {row.objective_id}": row for row in card.objectives}
    for row in card.key_results:
        words = [row.key_result_id.split("/")[1], row.window, row.member]
        named[", ".join(word for word in words if word != TOTAL)] = row
    return named


def _lever_name(lever: Lever) -> str:
    """Such as `it: rate`, `it: rep kim`, `it, 2026-11: rate` or `it, kim: rate`."""
    goal = [lever.key_result_id.split("/")[1], lever.window, lever.asked_member]
    named = ", ".join(word for word in goal if word != TOTAL)
    driver = [] if lever.driver == "member" else [lever.driver]
    words = [*driver, lever.dimension, lever.member]
    return f"{named}: {' '.join(word for word in words if word != TOTAL)}"


def _edited(before: Answers, after: Answers) -> dict[str, object]:
    """The rows after an edit, and what has another fingerprint by it."""
    mark = attrgetter("definition_hash")
    changed = [name for name, row in before.items() if mark(row) != mark(after[name])]
    results = [name for name in changed if not name.startswith("objective ")]
    row = SimpleNamespace(changed=" ".join(results), objectives_changed=len(changed) - len(results))
    return {f"{name}, edited": row_after for name, row_after in after.items()} | {
        "definitions": row
    }


def _period(body: Mapping[str, Any], fiscal: FiscalYear) -> Answers:
    try:
        period = parse_period(body["period"], fiscal)
    except PeriodError as error:
        return {"refused": SimpleNamespace(what=error.what)}
    row = SimpleNamespace(
        start=period.start,
        end=period.end,
        days=period.days,
        previous=previous(period).label,
        year_before=year_before(period).label,
        touching=" ".join(
            window.label
            for window in windows(period.start, period.end, body.get("touching", "day"), fiscal)
        ),
    )
    return {"period": row}


def _factors(body: Mapping[str, Any], fiscal: FiscalYear) -> Answers:
    """The factors of a period's change, or of the gap between the key result `it` and its target."""
    (name, days), *_ = body["given"].items()
    history = KpiAmounts(KpiIndex(facts_of(read_kpis()[name], days)))
    period = parse_period(body["factors"], fiscal)
    if "okr" in body:
        row = _scored(body, body["okr"], fiscal)["it"]
        factors = gap_factors(_gap(row, period), history)
    else:
        as_of = date.fromisoformat(body["on"])
        rows = period_factors(history, lambda *_: frozenset(), as_of, fiscal)
        against = body.get("against", "previous")
        factors = (
            row
            for row in rows
            if (row.period, row.period_start) == (period.cadence, period.start)
            and row.compared_with == against
        )
    return {
        " ".join(word for word in (row.dimension, row.member, row.effect) if word != TOTAL): row
        for row in factors
    }


def _gap(row: Any, course: Period) -> Gap:
    return Gap(
        key_result_id=row.key_result_id,
        course=course,
        through=row.data_through,
        target=row.target,
        actual=row.actual,
        due=row.expected,
        where={},
        over=None,
        trust=frozenset(),
    )


def differences(expected: Mapping[str, Any], answers: Answers) -> dict[tuple[str, str], object]:
    """What came out instead of what was expected, by row and field; empty when all of it agrees."""
    differing: dict[tuple[str, str], object] = {}
    for name, fields in expected.items():
        if fields == NONE:
            if name in answers:
                differing[name, ""] = answers[name]
            continue
        if name not in answers:
            differing[name, ""] = f"no such row; there are {', '.join(answers)}"
            continue
        for field, wanted in fields.items():
            got = getattr(answers[name], field)
            if not _same(got, wanted):
                differing[name, field] = got
    return differing


def _same(got: object, wanted: str) -> bool:
    if got is None or wanted == NONE:
        return got is None and wanted == NONE
    if isinstance(got, Decimal | int):
        return Decimal(wanted.replace("_", "")) == got
    return str(got) == wanted
