"""An objective as a file writes it, for the files that Okra writes itself: carried goals and imported ones."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import yaml
from pydantic import BaseModel

from pipelines.okr.definition.definitions import KeyResult, Objective
from pipelines.okr.definition.durations import in_words
from pipelines.okr.definition.field_types import MEASURED, KpiTarget, MemberTargets
from pipelines.okr.definition.met_in import MetIn
from pipelines.okr.definition.plans import DatedPlan, PlanKpi
from pipelines.okr.kpi.filters import as_written
from pipelines.okr.kpi.kpi import PERCENT, Kpi
from pipelines.okr.kpi.numbers import figure
from pipelines.okr.kpi.periods import Period

_WIDTH = 100
_IN_UNIT = ("at_least", "at_most", "between", "baseline", "plan")
"""The keys whose numbers are in the KPI's unit, so that those of a percentage carry the sign."""
_DURATIONS = ("by", "lag", "ramp")
"""The keys of leads and measures whose days are written as a duration."""


class _Dumper(yaml.SafeDumper):
    """YAML in block style, with `2_000_000` as people write it."""

    def ignore_aliases(self, data: Any) -> bool:
        """A text that comes twice is written twice."""
        return True


def _decimal(dumper: yaml.SafeDumper, number: Decimal) -> yaml.ScalarNode:
    if number == number.to_integral_value():
        return dumper.represent_scalar("tag:yaml.org,2002:int", f"{int(number):_}")
    return dumper.represent_scalar("tag:yaml.org,2002:float", f"{number.normalize():f}")


_Dumper.add_representer(Decimal, _decimal)


def as_yaml(objective: Objective, kpis: Mapping[str, Kpi]) -> str:
    """The text of its file: what says no more than the default is left out."""
    return yaml_text(written_objective(objective, kpis))


def yaml_text(content: object) -> str:
    """Mappings and lists as YAML. Decimals become plain numbers; keys keep their order."""
    return str(
        yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)
    )


def written_objective(objective: Objective, kpis: Mapping[str, Kpi]) -> dict[str, Any]:
    """The keys of its file with what stands behind them."""
    written = {
        name: _plain(getattr(objective, name))
        for name, field in type(objective).model_fields.items()
        if name != "key_results" and getattr(objective, name) != field.default
    }
    results = [_key_result(x, kpis.get(x.kpi or "")) for x in objective.key_results]
    return {**written, "key_results": results}


def _key_result(result: KeyResult, kpi: Kpi | None) -> dict[str, Any]:
    is_percent = kpi is not None and kpi.unit == PERCENT
    written = {}
    for name, field in type(result).model_fields.items():
        content = getattr(result, name)
        if content == field.default or (name == "baseline" and content == MEASURED):
            continue  # a level starts where it is measured, unless its file says otherwise
        written[field.alias or name] = _plain(content, with_sign=is_percent and name in _IN_UNIT)
    return written


def _plain(content: Any, *, with_sign: bool = False) -> Any:
    """Texts, numbers, days, lists and mappings in the place of a definition's own types."""
    if isinstance(content, Decimal):
        return figure(content, PERCENT) if with_sign else content
    if isinstance(content, KpiTarget):
        return {"kpi": content.kpi} | ({} if content.times == 1 else {"times": content.times})
    if isinstance(content, MemberTargets):
        return {member: _plain(target, with_sign=with_sign) for member, target in content.pairs}
    if isinstance(content, DatedPlan):
        return {
            period.label: _plain(amount, with_sign=with_sign) for period, amount in content.amounts
        }
    if isinstance(content, PlanKpi):
        return content.kpi
    if isinstance(content, MetIn):
        return str(content) if content.count is None else content.count
    if isinstance(content, Period):
        return (
            content.label
            if content.cadence is not None
            else {"start": content.start, "end": content.end}
        )
    if isinstance(content, tuple):
        return [_plain(part, with_sign=with_sign) for part in content]
    if isinstance(content, Mapping):
        return as_written(content)
    if isinstance(content, bool | str | date | int):
        return content
    return _part(content)


def _part(part: BaseModel) -> dict[str, Any]:
    """The keys of a milestone, of leads or of a measure, but those that say no more than the default."""
    written = {}
    for name, field in type(part).model_fields.items():
        content = getattr(part, name)
        if content == field.default and not isinstance(content, bool):
            continue  # whether a milestone is done stands there to be changed
        written[name] = in_words(content) if name in _DURATIONS else _plain(content)
    return written
