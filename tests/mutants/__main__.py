"""Changes the code in one place after another, and counts the changes that no test notices.

    python -m tests.mutants --count 200 --seed 1

Draws places of `pipelines/okr` by a seed, and a change of each (Cosmic Ray's operators: another number, comparison or
sign, `and` for `or`, a condition turned around, a loop that never turns, a decorator taken away). For each mutant the
tests that call the changed function are run until one fails, the mirror of the module first. All of it happens in a
copy, in memory where possible. Prints each mutant that survived. Ends with 1 where fewer were killed than the bar.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from math import sqrt
from pathlib import Path

from tests.mutants.places import drawn
from tests.mutants.trials import import_all, recorded, tried

ROOT = Path(__file__).parents[2]
NEEDED = (
    "connectors",
    "docs",
    "macros",
    "models",
    "okr_definitions",
    "pipelines",
    "tests",
    "pyproject.toml",
)
PACKAGE, TESTS = "pipelines/okr", "tests/pipelines/okr"
BAR = 0.85
AGREED = 1.96
"""Standard errors of an interval of 95 %."""


def main() -> int:
    """Copy the tree, and go on in the copy."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="a part of the path of the modules to change")
    parser.add_argument(
        "--most-seconds", type=float, default=60, help="CPU time of a mutant's tests"
    )
    parser.add_argument("--bar", type=float, default=BAR, help="the share that has to be killed")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    parser.add_argument("--package", default=PACKAGE, help=argparse.SUPPRESS)
    parser.add_argument("--tests", default=TESTS, help=argparse.SUPPRESS)
    parser.add_argument("--in-copy", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.in_copy:
        return measured(asked)
    base = Path(tempfile.mkdtemp(prefix="okra-mutants."))
    try:
        for name in {*NEEDED, asked.package.partition("/")[0]}:
            source = asked.root / name
            if source.is_dir():
                shutil.copytree(source, base / name, ignore=shutil.ignore_patterns("__pycache__"))
            elif source.exists():
                shutil.copy2(source, base / name)
        command = [sys.executable, "-m", "tests.mutants", *sys.argv[1:], "--in-copy"]
        environment = {**os.environ, "PYTHONPATH": str(base)}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        return subprocess.run(command, cwd=base, env=environment, check=False).returncode
    finally:
        shutil.rmtree(base, ignore_errors=True)


def measured(asked: argparse.Namespace) -> int:
    """Try the mutants, tell of each, and count."""
    root = Path.cwd()
    mutants = [*drawn(root, asked.package, asked.count, asked.seed, asked.only)]
    baseline = recorded(root, asked.package, asked.tests)
    failing = [name for name, test in baseline.tests.items() if not test.passed]
    took = sum(test.seconds for test in baseline.tests.values())
    print(
        f"{len(baseline.tests):,} tests take {took:,.0f} CPU seconds without a change", flush=True
    )
    for name in failing:
        print(f"fails without any change, and is left out: {name}", flush=True)
    import_all(baseline.libraries)
    ends = Counter[str]()
    for mutant in mutants:
        trial = tried(root, asked.tests, asked.package, baseline, mutant, asked.most_seconds)
        ends[trial.end] += 1
        print(
            f"{trial.end:<15} {trial.tests:>4} tests {trial.seconds:>4.0f} s  {mutant}", flush=True
        )
    killed, count = ends["killed"] + ends["killed by time"], ends.total()
    low, high = interval(killed, count)
    print(", ".join(f"{number} {end}" for end, number in ends.most_common()))
    print(
        f"{killed} of {count} mutants were killed: {killed / count:.1%} ({low:.0%} to {high:.0%})"
    )
    return int(killed / count < asked.bar)


def interval(part: int, count: int) -> tuple[float, float]:
    """Wilson's interval of 95 % for a share of a sample (1927, Journal of the American Statistical Association 22)."""
    share, doubt = part / count, AGREED**2 / count
    middle = (share + doubt / 2) / (1 + doubt)
    width = AGREED * sqrt(share * (1 - share) / count + doubt / (4 * count)) / (1 + doubt)
    return middle - width, middle + width


if __name__ == "__main__":
    sys.exit(main())
