"""SQL in a KPI's YAML is checked before a model is built."""

import pytest

from pipelines.inputs.yaml_kpis.fragments import complaints

COLUMNS = {"id", "net", "cost", "channel", "ordered_at"}


@pytest.mark.parametrize("text", [
    "count(*)", "sum(net - cost)", "sum(case when channel = 'web' then 1 else 0 end)",
    "count(distinct id)", "sum(net) filter (where cost > 0)",
])  # fmt: skip
def test_an_aggregate_of_columns_is_sound(text: str) -> None:
    assert list(complaints(text, is_aggregate=True, columns=COLUMNS)) == []


@pytest.mark.parametrize(("text", "is_aggregate", "said"), [
    ("sum(nett)", True, "no column `nett`; did you mean `net`"),
    ("sum(net", True, "no SQL: "),
    ("net", True, "no aggregate, and a day has many rows; write what becomes of them, such as sum(net)"),
    ("sum(net) > 3", False, "an aggregate; write what holds of a single row"),
    ("{{ net }}", True, "Jinja in it"),
    ("(select sum(net) from orders)", True, "no expression"),
    ("sum(net); drop table orders", True, "no "),
    ("sum(net) -- all", True, "a comment in it"),
    ("sum(net) + cost", True, "`cost` is not aggregated; write such as sum(cost)"),
    ("sum(net) over ()", True, "a window"),
    ("sum(other.net)", True, "`other.net` names a table; write `net`"),
    ("sum(random())", True, "`rand` is another in each run"),
    ("ordered_at > now()", False, "`now` is another in each run"),
    ("ordered_at > current_date - 30", False, "`currentdate` is another in each run"),
])  # fmt: skip
def test_what_cannot_work_is_said_with_a_remedy(text: str, is_aggregate: bool, said: str) -> None:
    lines = ["; ".join(x) for x in complaints(text, is_aggregate=is_aggregate, columns=COLUMNS)]
    assert any(said in line for line in lines), lines


@pytest.mark.parametrize(("text", "is_aggregate"), [
    ("group = 'shoes'", False), ("upper(group)", False), ("order > 3", False), ("sum(order)", True),
])  # fmt: skip
def test_a_column_named_like_a_word_of_sql_is_to_be_quoted(text: str, is_aggregate: bool) -> None:
    columns = COLUMNS | {"group", "order", "end"}
    [said] = complaints(text, is_aggregate=is_aggregate, columns=columns)
    word = "order" if "order" in text else "group"
    assert said == (
        f"`{word}` is a word of SQL and here the name of a column",
        f'write "{word}" in quotes',
    )


@pytest.mark.parametrize("text", [
    "sum(case when \"group\" = 'order' then 1 else 0 end)", "count(*) filter (where channel = 'group')",
])  # fmt: skip
def test_words_of_sql_in_their_own_place_are_sound(text: str) -> None:
    columns = COLUMNS | {"group", "order", "end"}
    assert list(complaints(text, is_aggregate=True, columns=columns)) == []
