"""What the rooms hand to each other is a value: nobody who reads it can change it for others."""

import dataclasses
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from functools import cached_property
from importlib import import_module
from types import ModuleType
from typing import get_args, get_origin

import numpy as np
import pytest
from pydantic import BaseModel, ValidationError

import pipelines.okr
from pipelines.okr.definition.check_ins import CheckIn
from pipelines.okr.definition.definitions import Objective
from pipelines.okr.kpi.day_columns import AmountColumn
from pipelines.okr.kpi.season import Season
from pipelines.okr.odds.training_data import TrainingData

OF_DRIVERS = {"Driver", "MixDriver"}
"""Other drivers are made of them: a record with slots is another class than the one that its own methods know."""
AT_WORK = {"RungSearch", "Tree"}
"""What is filled step by step, inside of one function."""


def modules() -> Iterator[ModuleType]:
    for module in pkgutil.walk_packages(pipelines.okr.__path__, "pipelines.okr."):
        yield import_module(module.name)


def classes() -> Iterator[type]:
    """Every class that a module of `pipelines.okr` declares."""
    for module in modules():
        for _, declared in inspect.getmembers(module, inspect.isclass):
            if declared.__module__ == module.__name__:
                yield declared


def functions() -> Iterator[Callable]:
    """Every function and method that is written there."""
    for place in (*modules(), *classes()):
        for name, function in vars(place).items():
            if inspect.isfunction(function) and not name.startswith("__"):
                yield function


def test_every_record_is_frozen() -> None:
    records = [x for x in classes() if dataclasses.is_dataclass(x)]
    assert len(records) > 100
    open_to_change = {x.__name__ for x in records if not x.__dataclass_params__.frozen}
    assert open_to_change <= AT_WORK


def test_a_record_has_slots_unless_it_keeps_what_it_works_out() -> None:
    """There are thousands of most of them, and a record with slots takes half of the memory."""
    without = {
        x.__name__
        for x in classes()
        if "__dataclass_fields__" in vars(x)
        and "__slots__" not in vars(x)
        and not any(isinstance(value, cached_property) for value in vars(x).values())
    }
    assert without == OF_DRIVERS


def test_a_flag_is_named_where_it_is_given() -> None:
    """`judge(question, course, True)` would not say what is true."""
    unnamed = [
        f"{function.__module__}.{function.__qualname__}({parameter.name})"
        for function in functions()
        for parameter in inspect.signature(function, eval_str=True).parameters.values()
        if parameter.annotation is bool and parameter.kind is not parameter.KEYWORD_ONLY
    ]
    assert unnamed == []


def test_a_record_that_holds_arrays_is_only_equal_to_itself() -> None:
    """Two arrays are equal element by element, so that a comparison of records that hold them would fail."""
    holders = {
        x
        for x in classes()
        if dataclasses.is_dataclass(x)
        and any(map(_is_array, inspect.get_annotations(x, eval_str=True).values()))
    }
    assert {TrainingData, Season, AmountColumn} <= holders
    assert not {x.__name__ for x in holders if x.__dataclass_params__.eq}


def _is_array(hint: object) -> bool:
    return get_origin(hint) is np.ndarray or any(map(_is_array, get_args(hint)))


def test_every_definition_is_frozen_and_knows_all_its_fields() -> None:
    definitions = [x for x in classes() if issubclass(x, BaseModel)]
    assert {Objective, CheckIn} <= {*definitions}
    for definition in definitions:
        assert definition.model_config.get("frozen"), definition
        assert definition.model_config.get("extra") == "forbid", definition


def test_what_was_read_from_a_file_cannot_be_written() -> None:
    check_in = CheckIn.model_construct(note="as it is")
    with pytest.raises(ValidationError, match="frozen"):
        check_in.note = "as it is not"
