"""What `okra explain` says of a key result, from the rows of its chain."""

from typing import Any

import pytest

from pipelines.commands.explain import factor_lines
from pipelines.publishing.key_result_chain import KeyResultChain

WHY = "-3 deals on the first 24 days of October: Cy -3."


def chain(definition: str) -> KeyResultChain:
    nothing: dict[str, Any] = dict.fromkeys(KeyResultChain.__dataclass_fields__, ())
    moved = {"compared_with": "previous", "why": WHY}
    return KeyResultChain(
        **nothing | {"definitions": [{"definition": definition}], "factors": [moved]}
    )


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        ('{"name_members": false}', "-3 deals on the first 24 days of October."),
        ('{"name_members": true}', WHY),
        ("{}", WHY),
    ],
)
def test_what_moved_it_names_nobody_where_the_goal_does_not(definition: str, words: str) -> None:
    assert factor_lines(chain(definition)) == [("against period before", words)]
