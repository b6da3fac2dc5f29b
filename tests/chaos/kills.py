"""Kills runs at random moments, and has the next one complete what they left: the tables of an undisturbed run.

    python -m tests.chaos.kills --count 200 --seed 1

A killed run is that of a new day over a home of the day before, or the first in an empty home. Up to three runs are
killed one after the other before one may end. After each kill `okra verify` is asked, and the run that may end has to
mend whatever it named. The moments are spread evenly over the phases of a run, whatever these take.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random

from tests.chaos.forked import Forked, ForkedHome
from tests.chaos.small_company import FIRST_DAY, differing, figures, home_in

PHASES = {
    "pull": None,
    "models": "pull_spreadsheet",
    "history": "models",
    "score": "kpi_history",
    "export": "okr__kpi_factors",
    "publish": "published__okra",
}
"""The phases of a run, and the step after which each begins."""
MOST_IN_A_ROW = 3
FROM_NOTHING = 0.2
"""How many of the homes are empty at first."""


def main() -> int:
    """Kill so many runs. Returns 1 where a home was not completed to the undisturbed tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    chance = Random(asked.seed)
    base = Path(tempfile.mkdtemp(prefix="okra-kills."))
    killed: Counter[str] = Counter()
    homes = wrong = 0
    try:
        bases = prepared(base)
        while killed.total() < asked.count:
            kind = "nothing" if chance.random() < FROM_NOTHING else "yesterday"
            home, reference, seconds = bases[kind]
            trial = home_in(base / "trial", base / "okrs")
            if home.path.exists():
                shutil.copytree(home.path, trial.path)
            moments = [*moments_of(chance, seconds)]
            told = [*faults_of(trial, moments, reference, killed)]
            homes, wrong = homes + 1, wrong + bool(told)
            outcome = "WRONG" if told else "ok"
            words = ", ".join(f"{phase} +{after:.1f} s" for phase, after in moments)
            print(f"{outcome:<6} {killed.total():>4} kills; from {kind}: {words}", flush=True)
            for line in told:
                print(f"       {line}", flush=True)
            if told:
                kept = Path(tempfile.mkdtemp(prefix="okra-killed."))
                shutil.copytree(trial.path, kept / "home")
                print(f"       kept in {kept}", flush=True)
            shutil.rmtree(trial.path)
    finally:
        shutil.rmtree(base)
    phases = ", ".join(f"{killed[phase]} in {phase}" for phase in PHASES)
    print(f"{killed.total()} kills ({phases}) in {homes} homes, {wrong} wrong")
    return int(bool(wrong))


def prepared(base: Path) -> Mapping[str, tuple[ForkedHome, dict[str, str], dict[str, float]]]:
    """By kind: the home to begin with, the undisturbed tables, and how long each phase took."""
    empty = home_in(base / "empty", base / "okrs")
    yesterday = home_in(base / "yesterday", base / "okrs")
    done = yesterday.okra("run", timeout=3_600, OKRA_SANDBOX_TODAY=FIRST_DAY)
    assert done.code == 0, done.err
    prepared = {}
    for kind, home in (("nothing", empty), ("yesterday", yesterday)):
        undisturbed = home_in(base / f"undisturbed-{kind}", base / "okrs")
        if home.path.exists():
            shutil.copytree(home.path, undisturbed.path)
        done = undisturbed.okra("run", timeout=3_600, OKRA_LOG="json")
        assert done.code == 0, done.err
        prepared[kind] = home, figures(undisturbed.path), seconds_by_phase(done.err)
    return prepared


def steps_in(text: str) -> Iterator[tuple[str, float]]:
    """The steps that have ended, by the structured log, and how long each took."""
    for line in text.splitlines():
        if line.startswith("{") and line.endswith("}"):
            event = json.loads(line)
            if event["event"] == "step" and "seconds" in event:
                yield event["step"], event["seconds"]


def seconds_by_phase(log: str) -> dict[str, float]:
    """How long each phase of a run took."""
    seconds = dict.fromkeys(PHASES, 0.0)
    phase = "pull"
    begins = {step: name for name, step in PHASES.items()}
    for step, took in steps_in(log):
        seconds[phase] += took
        phase = begins.get(step, phase)
    return seconds


def moments_of(chance: Random, seconds: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    """When the runs are killed: a phase, and how long after it has begun."""
    for _ in range(chance.randint(1, MOST_IN_A_ROW)):
        phase = chance.choice([*PHASES])
        yield phase, chance.uniform(0, seconds[phase])


def faults_of(
    home: ForkedHome,
    moments: Sequence[tuple[str, float]],
    reference: dict[str, str],
    killed: Counter[str],
) -> Iterator[str]:
    """Kill runs, complete what they left, and tell what is not as it has to be."""
    for phase, after in moments:
        yield from end_in(home.start("run", OKRA_LOG="json"), phase, after, killed)
        checked = home.okra("verify", "--json")
        if checked.code not in (0, 1) or "Traceback" in checked.err:
            yield f"okra verify ended with {checked.code}: {checked.err[-1_500:]}"
    done = home.okra("run", timeout=3_600)
    if done.code != 0 or "Traceback" in done.err:
        yield f"the next run ended with {done.code}: {done.err[-2_000:]}"
    if other := differing(reference, figures(home.path)):
        yield f"differing: {', '.join(other)}"
    checked = home.okra("verify", "--json")
    left = [x for part in checked.document["parts"] for x in part["faults"]]
    if checked.code or left:
        yield f"okra verify still names {left}"


def end_in(run: Forked, phase: str, after: float, killed: Counter[str]) -> Iterator[str]:
    """Kill a run so long after a phase has begun. A run that was over before then is no fault, and no kill."""
    begins = PHASES[phase]
    while begins and not run.is_over():
        if begins in {step for step, _ in steps_in(run.err.read_text())}:
            break
        time.sleep(0.01)
    end = time.monotonic() + after
    while time.monotonic() < end and not run.is_over():
        time.sleep(0.01)
    if run.is_over():
        if run.wait(1).code != 0:
            yield f"a run that was not killed failed: {run.err.read_text()[-2_000:]}"
        return
    run.kill()
    killed[phase] += 1


if __name__ == "__main__":
    sys.exit(main())
