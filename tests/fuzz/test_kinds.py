"""Some hundred inputs of each kind with something wrong; `make fuzz` reads many more."""

from random import Random

import pytest

from tests.fuzz.kinds import KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_no_input_crashes_its_reader(kind: str) -> None:
    for number in range(200):
        KINDS[kind](Random(f"{kind} {number}"))
