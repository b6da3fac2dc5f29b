"""Which lines and branches the tests reach, those of `make test-large` included: `python -m tests.reach`.

Every Python process of this environment is measured from its start on: a file in site-packages names the configuration
while this runs, as no variable would reach a process that a test starts with settings of its own. coverage.py's patches
keep what a forked process and one that ends at once have seen. Spark and the browser's tests are not counted.
"""

import json
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
SUITES = (("-n", "3", "--dist", "worksteal"), ("-n", "2", "--dist", "loadfile", "-m", "large"))
"""What `make test` and `make test-large` run. Files of long tests share what they build."""
CONFIGURATION = """\
[run]
branch = True
parallel = True
source =
    {root}/connectors
    {root}/pipelines
data_file = {folder}/.coverage
patch =
    subprocess
    _exit
    execv
    fork

[report]
skip_covered = True
sort = -Miss
"""


def main() -> int:
    """Run both suites and print what they reach. Returns 1 where a test fails."""
    folder = Path(tempfile.mkdtemp(prefix="okra-reach."))
    configuration = folder / "coverage.rc"
    configuration.write_text(CONFIGURATION.format(root=ROOT, folder=folder))
    # before coverage's own file in the order of names, which starts the measurement
    at_start = Path(sysconfig.get_path("purelib")) / "a0_reach.pth"
    line = f"import os; os.environ.setdefault('COVERAGE_PROCESS_START', {str(configuration)!r})\n"
    at_start.write_text(line)
    try:
        codes = [
            subprocess.run(
                [sys.executable, "-m", "pytest", *suite, f"--basetemp={folder}/tests"],
                cwd=ROOT,
                check=False,
            ).returncode
            for suite in SUITES
        ]
    finally:
        at_start.unlink()
    command = [sys.executable, "-m", "coverage"]
    for action in (("combine", "--quiet"), ("report",), ("json", "--quiet")):
        subprocess.run([*command, *action, f"--rcfile={configuration}"], cwd=folder, check=True)
    totals = json.loads((folder / "coverage.json").read_text())["totals"]
    for what, covered, of in (
        ("lines", "covered_lines", "num_statements"),
        ("branches", "covered_branches", "num_branches"),
    ):
        print(f"{what}: {totals[covered] / totals[of]:.1%}, {totals[covered]:,} of {totals[of]:,}")
    return 1 if any(codes) else 0


if __name__ == "__main__":
    sys.exit(main())
