"""The dbt packages of a company, as `packages.yml` names them. dbt installs them where the project is put together."""

import hashlib
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from connectors.lake.atomic_files import replace
from pipelines.inputs.composition import PACKAGES, Composition
from pipelines.settings import BUILT_IN
from pipelines.warehouse.dbt_messages import errors_in, sentence_of
from pipelines.warehouse.left_out import LeftOut
from pipelines.warehouse.project_folder import INSTALLED

INSTALLED_FILE = "packages.fingerprint"
"""The file beside the packages that holds the fingerprint of those that were installed."""


def install_packages(
    composition: Composition, folder: Path, environment: Mapping[str, str]
) -> list[LeftOut]:
    """Have dbt install the packages into `folder`, where they are other ones than before.

    Where it cannot, the project is parsed without them, and what needs them is left out.
    """
    wanted = composition.generated.get(PACKAGES)
    if wanted is None:
        return []
    fingerprint = hashlib.sha256(wanted.encode()).hexdigest()
    installed = folder / INSTALLED / INSTALLED_FILE
    if installed.exists() and installed.read_text("ascii") == fingerprint:
        return []
    # dbt's own folder for downloads is elsewhere on the machine, and stays where dbt fails or is killed
    with TemporaryDirectory(dir=folder, prefix=".downloads-", suffix=".tmp") as downloads:
        done = subprocess.run(  # noqa: S603 - our own interpreter, arguments of our own
            [
                *(sys.executable, "-m", "dbt.cli.main", "--quiet", "--log-format", "json", "deps"),
                *("--project-dir", str(folder), "--profiles-dir", str(BUILT_IN)),
            ],
            env={**environment, "DBT_DOWNLOADS_DIR": downloads},
            cwd=BUILT_IN,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        message = " ".join(errors_in(done.stdout)) or done.stdout + done.stderr
        sentence = f"the packages cannot be installed: {sentence_of(message)}"
        return [LeftOut(sentence, composition.shown(PACKAGES), (PACKAGES,), ())]
    replace(installed, lambda temporary: temporary.write_text(fingerprint, "ascii"))
    return []
