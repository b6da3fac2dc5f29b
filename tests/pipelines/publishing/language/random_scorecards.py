"""Scorecards of any shape, scored by the code itself, with their rows as the pages read them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import yaml

from pipelines.okr.definition.definitions import Objective
from pipelines.okr.definition.loading import load
from pipelines.okr.kpi.facts import DayFact, KpiFacts
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.roster import Stay
from pipelines.okr.kpi.series import index_facts
from pipelines.okr.scoring.evidence import Evidence
from pipelines.okr.scoring.scoring import score
from pipelines.tables.definitions import key_result_row

REPS = ("ada", "bo", "cy")
KPIS = {
    kpi.name: kpi
    for kpi in (
        Kpi("deals", "flow", "deals", dimensions=("rep",)),
        Kpi("spend", "flow", "USD", direction="down", precision=2, dimensions=("rep",)),
        Kpi("likes", "stock", "people", dimensions=("rep",)),
        Kpi("csat", "ratio", "percent", precision=4, dimensions=("rep",)),
    )
}
Row = dict[str, Any]
_START = date(2026, 7, 1)
_DAYS = {"2026-07": 31, "2026-Q3": 92}


@dataclass(frozen=True)
class PublishedScorecard:
    """What is published of one day: headlines by id, the parts of each of them, and objectives by id."""

    key_results: Mapping[str, Row]
    parts: Mapping[str, Sequence[Row]]
    objectives: Mapping[str, Row]
    counted: Mapping[str, Sequence[Row]]
    """What counts in the score of each objective: key results and children, with their `weight` in it."""


def any_scorecard(seed: int) -> PublishedScorecard:
    """A scorecard of a few objectives on any day before, in or after their time."""
    random = Random(seed)
    period = random.choice([*_DAYS])
    today = _START + timedelta(days=random.randint(-3, _DAYS[period] + 4))
    files = {f"{n}.yml": yaml.safe_dump(_objective(n, period, random)) for n in range(3)}
    loaded = load(files, KPIS)
    assert not loaded.faults, (seed, loaded.faults)
    facts = {name: _facts(kpi, today, random) for name, kpi in KPIS.items()}
    card = score(loaded.objectives, Evidence(index_facts(facts), today))
    defined = {
        f"{objective.id}/{result.id}": asdict(key_result_row(objective, result, KPIS))
        | {"commitment": objective.commitment, "names_members": result.name_members}
        for objective in loaded.objectives
        for result in objective.key_results
    }
    key_results: dict[str, Row] = {}
    parts: dict[str, list[Row]] = {}
    for scored in card.key_results:
        kpi = KPIS.get(scored.kpi or "")
        row = defined[scored.key_result_id] | asdict(scored)
        row |= {"kpi_kind": kpi.kind, "precision": kpi.precision} if kpi else {"precision": 0}
        if scored.window == scored.member == "total":
            key_results[scored.key_result_id] = row
        else:
            parts.setdefault(scored.key_result_id, []).append(row)
    objectives = {row.objective_id: asdict(row) for row in card.objectives}
    counted = {
        objective.id: _counted(objective, loaded.objectives, key_results, objectives)
        for objective in loaded.objectives
    }
    return PublishedScorecard(key_results, parts, objectives, counted)


def _counted(
    objective: Objective,
    objectives: Sequence[Objective],
    key_results: Mapping[str, Row],
    scored: Mapping[str, Row],
) -> list[Row]:
    own = [row for row in key_results.values() if row["objective_id"] == objective.id]
    below = [child for child in objectives if child.parent == objective.id]
    usual = Decimal(0) if objective.key_results else Decimal(1)
    weights = {child.id: child.stated_weight or usual for child in below}
    children = [scored[name] | {"weight": weight} for name, weight in weights.items() if weight]
    return [*own, *children]


def _objective(number: int, period: str, random: Random) -> dict[str, Any]:
    """The first objective is the root; the others are aligned with it, or count in its score."""
    body: dict[str, Any] = {
        "objective": f"Objective {number}",
        "id": f"o{number}",
        "period": period,
        "commitment": random.choice(("committed", "aspirational")),
    }
    if number:
        body["parent"] = f"o{random.randrange(number)}"
        if random.random() < 0.7:
            body["contributes"] = random.choice((1, 2))
    count = random.choice((0, 2, 3)) if number == 0 else random.choice((1, 1, 2, 3))
    body["key_results"] = [_key_result(n, period, random) for n in range(count)]
    return body


def _key_result(number: int, period: str, random: Random) -> dict[str, Any]:
    own: dict[str, Any] = {"id": f"k{number}"}
    if random.random() < 0.3:
        own["weight"] = random.choice((2, 3))
    days = _DAYS[period]
    if random.random() < 0.08:
        due = _START + timedelta(days=random.randrange(days))
        return own | {"milestone": {"done": random.random() < 0.5, "due": due}}
    kpi = own["kpi"] = random.choice([*KPIS])
    shape = random.choice(("whole", "whole", "per", "per", "over"))
    members = random.random() < 0.3 and shape != "over"
    span = {"whole": days, "per": 7, "over": 7}[shape]
    own |= _goal(kpi, span, random, members=members)
    if shape == "per":
        own["per"] = "week"
        if random.random() < 0.6:
            own["met_in"] = random.choice(("all", "60 %", 2))
    if shape == "over":
        own["over"] = "week"
    if members:
        own["for_each"] = "rep"
        if random.random() < 0.2:
            own["name_members"] = False
    elif random.random() < 0.2:
        own["where"] = {"rep": random.choice(REPS)}
    if shape == "whole" and random.random() < 0.3:
        own["by"] = _START + timedelta(days=random.randrange(5, days))
    return own


def _goal(kpi: str, span: int, random: Random, *, members: bool) -> dict[str, Any]:
    """A goal that is about right, so that its outcome is open."""
    heads = 1 if members else 3
    near = Decimal(str(round(random.uniform(0.5, 1.3), 2)))
    usual = {
        "deals": Decimal(2 * heads * span),
        "spend": Decimal(2 * heads * span),
        "likes": Decimal(60 * heads),
        "csat": Decimal("0.7"),
    }[kpi]
    target = min(usual * near, Decimal("0.95")) if kpi == "csat" else round(usual * near)
    comparison = random.choice(("at_least", "at_least", "at_most", "between"))
    if comparison == "between":
        low = target * Decimal("0.8")
        return {"between": [float(round(low, 2)), float(round(target * Decimal("1.1"), 2))]}
    return {comparison: float(target)}


def _facts(kpi: Kpi, today: date, random: Random) -> KpiFacts:
    """A past of a few days or of months; days may be missing, the last ones late, members come and leave."""
    if random.random() < 0.05:
        return KpiFacts(kpi)
    first = _START - timedelta(days=random.choice((0, 2, 75, 75, 75)))
    last = today - timedelta(days=random.choice((1, 1, 1, 1, 3)))
    days = [first + timedelta(days=n) for n in range(max(0, (last - first).days + 1))]
    missing = 0.05 if random.random() < 0.3 else 0
    delivered = frozenset(day for day in days if random.random() >= missing)
    joins = dict.fromkeys(REPS, first) | {"cy": _START + timedelta(days=random.randint(-20, 20))}
    quiet = {rep: random.choice((0.0, 0.0, 0.9)) for rep in REPS}
    rows = []
    for n, day in enumerate(days):
        for rep in REPS:
            if day not in delivered or day < joins[rep] or random.random() < quiet[rep]:
                continue
            rows.append(_row(kpi, day, rep, n, random))
    standing = {"source_failed:crm"} if random.random() < 0.15 else set()
    rosters: dict[str, Sequence[Stay]] = {}
    if random.random() < 0.4:
        leaves = _START + timedelta(days=random.randint(0, 60))
        rosters["rep"] = [Stay("ada"), Stay("bo", None, leaves), Stay("cy", joins["cy"])]
    through = max(delivered, default=None)
    return KpiFacts(kpi, rows, delivered, through, standing_flags=standing, rosters=rosters)


def _row(kpi: Kpi, day: date, rep: str, number: int, random: Random) -> DayFact:
    own = {"rep": rep}
    if kpi.name == "csat":
        asked = random.randint(1, 6)
        return DayFact(day, own, None, Decimal(random.randint(0, asked)), Decimal(asked))
    if kpi.name == "likes":
        return DayFact(day, own, Decimal(30 + number // 3 + random.randint(-2, 2)))
    cents = (
        Decimal(random.randint(0, 400)) / 100 if kpi.precision else Decimal(random.randint(0, 4))
    )
    return DayFact(day, own, cents)
