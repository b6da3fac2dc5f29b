"""Mutants of a small package: which there are, and which of them its tests notice."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.limits import HANG_SECONDS
from tests.mutants.__main__ import interval
from tests.mutants.places import drawn, places_of

CODE = """\
LIMIT = 3


def is_many(count: int | None, *others: int) -> int | None:
    return count is not None and count > LIMIT


def forgotten(count):
    return count + 1
"""
TESTS = """\
from shop.counts import is_many


def test_four_are_many():
    assert is_many(4)


def test_three_are_not():
    assert not is_many(3)


def test_nothing_is_not():
    assert not is_many(None)
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    for name, text in (("shop/counts.py", CODE), ("tests/shop/test_counts.py", TESTS)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "shop" / "__init__.py").touch()
    return tmp_path


def test_a_place_is_what_can_be_changed_and_no_annotation() -> None:
    lines = CODE.splitlines()
    pieces = [
        lines[place.start[0] - 1][place.start[1] : place.end[1]]
        for place in places_of("shop/counts.py", CODE)
    ]
    assert pieces == ["3", "is not", "and", ">", "+", "1"]


def test_a_seed_draws_the_same_mutants_and_no_place_twice(shop: Path) -> None:
    first, second = ([*drawn(shop, "shop", 100, 5)] for _ in range(2))
    assert first == second
    assert sorted(x.line for x in first) == [1, 5, 5, 5, 9, 9]
    assert all(x.code != CODE for x in first)
    assert {x.function for x in first} == {None, 4, 8}


def test_what_no_test_notices_survives_and_the_tree_stays(shop: Path) -> None:
    command = ["--root", str(shop), "--package", "shop", "--tests", "tests/shop", "--bar", "0.9"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.mutants", *command, "--count", "6", "--seed", "2"],
        capture_output=True,
        text=True,
        timeout=HANG_SECONDS,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("3 tests take")
    assert sum(x.startswith("killed ") for x in lines) == 4
    assert [x.partition("shop/")[2][:11] for x in lines if x.startswith("not reached")] == [
        "counts.py:9",
        "counts.py:9",
    ]
    assert "4 of 6 mutants were killed: 66.7% (30% to 90%)" in lines[-1]
    assert (shop / "shop" / "counts.py").read_text() == CODE


def test_the_interval_is_wilsons() -> None:
    # by hand for 4 of 6: middle (4/6 + 1.9208/6)/(1 + 3.8416/6) = 0.6017, width 0.3013
    low, high = interval(4, 6)
    assert (round(low, 3), round(high, 3)) == (0.3, 0.903)
