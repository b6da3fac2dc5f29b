"""Deletes, empties, cuts off or flips a bit in each kind of file in turn: the undisturbed tables come back.

    python -m tests.chaos.damaged_files [--kinds KIND ...] [--harms delete empty cut flip]

Prints a line a fault: what `okra verify` says, how `okra repair` (or `okra run`) ended, which published tables are not
as they were, what was named as lost, and what of it is not as `tests.chaos.faults` says. `make chaos` runs all of it.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.chaos.faults import HARMS, KINDS, Kind
from tests.chaos.small_company import FIRST_DAY, differing, figures, home_in
from tests.end_to_end.conftest import Home


def main() -> int:
    """Run the table of faults. Returns 1 where one did not come to what has to come of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kinds", nargs="+", choices=[*KINDS], default=[*KINDS])
    parser.add_argument("--harms", nargs="+", choices=[*HARMS], default=[*HARMS])
    asked = parser.parse_args()
    base = Path(tempfile.mkdtemp(prefix="okra-chaos."))
    wrong = total = 0
    try:
        undisturbed = home_in(base / "undisturbed", base / "okrs")
        for day in ({"OKRA_SANDBOX_TODAY": FIRST_DAY}, {}):
            done = undisturbed.okra("run", timeout=3_600, **day)
            assert done.code == 0, done.err
        home = home_in(base / "harmed", base / "okrs")
        for harm in asked.harms:
            for name in asked.kinds:
                shutil.copytree(undisturbed.path, home.path)
                began = time.monotonic()
                told = [*faults_of(home, KINDS[name], harm, figures(undisturbed.path))]
                wrong, total = wrong + bool(told), total + 1
                outcome = "WRONG" if told else "ok"
                print(f"{outcome:<6} {name}, {harm} ({time.monotonic() - began:.0f} s)", flush=True)
                for line in told:
                    print(f"       {line}", flush=True)
                shutil.rmtree(home.path)
    finally:
        shutil.rmtree(base)
    print(f"{total} faults, {wrong} wrong")
    return int(bool(wrong))


def faults_of(home: Home, kind: Kind, harm: str, before: dict[str, str]) -> Iterator[str]:
    """Harm a file of a kind, mend it, and tell what is not as it has to be."""
    file = sorted(home.path.glob(kind.places))[0]
    HARMS[harm](file)
    loses = kind.lost if harm not in kind.spared else ()
    checked = home.okra("verify", "--json")
    named = {fault["place"] for part in checked.document["parts"] for fault in part["faults"]}
    is_named = any(place in str(file) for place in named)
    has_to_be_named = harm != "flip" and not (harm == "delete" and kind.not_missed)
    if kind.mended_by == "repair" and not is_named and has_to_be_named:
        yield f"okra verify does not name {file}, but {named or 'nothing'}"
    if kind.mended_by == "repair" or is_named:
        done = home.okra("repair", "--json", timeout=3_600)
    else:
        done = home.okra("run", "--json", timeout=3_600)
    yield from wrong_words(done.code, done.err, expected=int(bool(loses)))
    document = json.loads(done.out) if done.code in (0, 1) and done.out else {}
    if [*loses] != [window for x in document.get("lost", ()) for window in x["windows"]]:
        yield f"lost: {document.get('lost')}, and not {loses}"
    if (other := differing(before, figures(home.path))) and not loses:
        yield f"differing: {', '.join(other)}"
    yield from after(home, loses)


def after(home: Home, loses: tuple[str, ...]) -> Iterator[str]:
    """What `okra verify` says in the end, but for what is lost for good."""
    checked = home.okra("verify", "--json")
    left: list[dict[str, Any]] = [
        fault
        for part in checked.document["parts"]
        for fault in part["faults"]
        if not (loses and fault["what"] in {"lost_rows", "gap"})
    ]
    if left:
        yield f"okra verify still names {left}"


def wrong_words(code: int, err: str, expected: int) -> Iterator[str]:
    """What is wrong with how a command ended: another exit code, or a page of a library's text."""
    if code != expected:
        yield f"exit code {code}, and not {expected}: {err[-1_500:]}"
    if "Traceback" in err:
        yield f"a traceback: {err[-3_000:]}"


if __name__ == "__main__":
    sys.exit(main())
