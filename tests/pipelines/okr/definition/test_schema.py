import json
import re

from jsonschema import Draft202012Validator

from pipelines.okr.definition.definitions import KeyResult, Objective, json_schema


def test_the_schema_knows_every_key_and_no_other():
    schema = json_schema()
    assert set(schema["properties"]) == set(Objective.model_fields)
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["objective", "id", "period", "key_results"]
    keys = {field.alias or name for name, field in KeyResult.model_fields.items()}
    assert set(schema["$defs"]["KeyResult"]["properties"]) == keys
    assert "from" in keys
    assert json.loads(json.dumps(schema)) == schema


def test_the_schema_asks_for_exactly_one_goal():
    goals = json_schema()["$defs"]["KeyResult"]["oneOf"]
    assert [goal["required"] for goal in goals] == [
        ["at_least"], ["at_most"], ["between"], ["milestone"]
    ]  # fmt: skip


def is_accepted(**keys: object) -> bool:
    result = {"id": "it", "kpi": "units", **keys}
    file = {"objective": "O", "id": "o", "period": 2026, "key_results": [result]}
    return Draft202012Validator(json_schema()).is_valid(file)


def test_editors_accept_goals_over_data():
    assert is_accepted(at_least={"kpi": "budget", "times": 1.05})
    assert is_accepted(between=[{"kpi": "low"}, 5])
    assert is_accepted(at_most={"north": 7, "south": "5 %"}, for_each="region")
    assert is_accepted(at_least=1, where={"region": ["north", "south"], "not": {"seller": "none"}})
    assert not is_accepted(at_least={"kpi": "budget", "time": 1.05})
    assert not is_accepted(at_least={"north": [7]})
    assert not is_accepted(at_least=1, where={"region": {"not": "north"}})
    assert not is_accepted(at_least=1, where={"not": "none"})


def test_editors_accept_numbers_as_they_are_written_here():
    number = json_schema()["$defs"]["KeyResult"]["properties"]["at_least"]["anyOf"][1]
    for written in ("2_000_000", "96 %", "0.96", "-.5"):
        assert re.search(number["pattern"], written)
    assert not re.search(number["pattern"], "two")
