"""Plugins of pytest: one notes which functions each test calls, the other runs the tests that are asked for."""

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest
from hypothesis import Phase, settings


@dataclass
class Recorded:
    """What is known of a test."""

    seconds: float
    """Of the processor."""
    called: frozenset[tuple[str, int]]
    """The functions of the package that it called: file and first line."""
    passed: bool = True


@dataclass(eq=False)
class Recorder:
    """Notes what each test of a session calls, which takes it a few per cent longer."""

    root: Path
    package: str
    tests: dict[str, Recorded] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Watch a test, with what is set up for it."""
        seen: dict[int, CodeType] = {}

        def note(frame: FrameType, event: str, argument: Any) -> None:
            seen[id(frame.f_code)] = frame.f_code

        began = time.process_time()
        sys.settrace(note)
        try:
            return (yield)
        finally:
            sys.settrace(None)
            prefix = str(self.root / self.package)
            called = frozenset(
                (Path(x.co_filename).relative_to(self.root).as_posix(), x.co_firstlineno)
                for x in seen.values()
                if x.co_filename.startswith(prefix)
            )
            self.tests[item.nodeid] = Recorded(time.process_time() - began, called)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test that fails without any change: it can tell nothing of one."""
        if report.failed:
            self.failed.add(report.nodeid)


@dataclass(frozen=True)
class Asked:
    """Runs the tests with these names and no others, whatever else their files have."""

    names: frozenset[str]

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Leave the others out."""
        others = [x for x in items if x.nodeid not in self.names]
        items[:] = [x for x in items if x.nodeid in self.names]
        config.hook.pytest_deselected(items=others)


class FirstFailureOnly:
    """Has Hypothesis draw the same examples each time, and not look for the smallest one that fails."""

    def pytest_configure(self) -> None:
        """After the tests' own profile was loaded, before any test module is."""
        settings.register_profile(
            "mutants",
            settings(),
            derandomize=True,
            database=None,
            phases=[Phase.explicit, Phase.generate],
        )
        settings.load_profile("mutants")


def chosen(
    tests: Mapping[str, Recorded],
    module: str,
    function: int | None,
    mirror: Mapping[str, int],
    most_seconds: float,
) -> Sequence[str]:
    """The tests that call a function: those of its mirror first, then the shortest.

    Of what runs on import, those that call anything of the module, and those of its room. `mirror` says how near a
    test's file is to the module: 0 for the file of its name, 1 for its room. What would take more than `most_seconds`
    in all is left out, which can only make a mutant survive.
    """
    reaching = sorted(
        (mirror.get(name.partition("::")[0], 2), test.seconds, name)
        for name, test in tests.items()
        if test.passed
        and (
            (module, function) in test.called
            if function is not None
            else mirror.get(name.partition("::")[0], 2) < 2
            or any(file == module for file, _ in test.called)
        )
    )
    left, names = most_seconds, []
    for _, seconds, name in reaching:
        if seconds <= left:
            left -= seconds
            names.append(name)
    return names
