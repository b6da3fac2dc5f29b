"""What is installed with Okra, under which licences, and what is known to be vulnerable in it.

    make audit

Writes `sbom.json` (CycloneDX 1.6: https://cyclonedx.org/docs/1.6/json) and `licences.txt` into a folder.
Vulnerabilities are asked for by pip-audit, in an environment of its own; where it or its advisories cannot be reached,
a line says so.
Ends with 1 where a package is known to be vulnerable, or has a licence that has not been looked at.
"""

import json
import re
import subprocess
import sys
import tempfile
import venv
from collections.abc import Mapping, Sequence
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements.lock"
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)
PERMISSIVE = re.compile(
    r"\b(MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla Public|Unlicense|0BSD|Zlib|CNRI|HPND|CC0|"
    r"Public Domain|zlib|PostgreSQL|MIT-CMU)\b",
    re.IGNORECASE,
)
"""Licences under which a package may be used and passed on with its notice alone (MPL: its files stay under it)."""
LOOKED_AT: Mapping[str, str] = {
    "text-unidecode": "under the Artistic License too, by which it is used unchanged"
}
"""Packages under other licences, with why they can be used."""


def installed() -> Sequence[Distribution]:
    """The packages of the lock that are installed here: those for other systems are not."""
    packages = []
    for name, _ in PINNED.findall(LOCK.read_text("utf-8")):
        try:
            packages.append(distribution(name))
        except Exception:
            continue
    return packages


def licence_of(package: Distribution) -> str:
    """What a package says of its licence: the expression, else its classifiers, else the first line of its text."""
    about = package.metadata
    if expression := about.get("License-Expression"):
        return expression
    classified = [
        x.rpartition(" :: ")[2]
        for x in about.get_all("Classifier") or ()
        if x.startswith("License ::") and x != "License :: OSI Approved"
    ]
    text = next(iter((about.get("License") or "").strip().splitlines()), "")
    return ", ".join(classified) or text or "not stated"


def document(packages: Sequence[Distribution]) -> Mapping[str, Any]:
    """The list of packages as CycloneDX."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "name": "okra",
                "version": distribution("okra").version,
            }
        },
        "components": [
            {
                "type": "library",
                "name": package.name,
                "version": package.version,
                "purl": f"pkg:pypi/{package.name.lower().replace('_', '-')}@{package.version}",
                "licenses": [{"license": {"name": licence_of(package)}}],
            }
            for package in sorted(packages, key=lambda x: x.name.lower())
        ],
    }


def known_vulnerabilities() -> tuple[bool, str]:
    """Whether pip-audit knows of any in the locked packages, and what it says."""
    with tempfile.TemporaryDirectory(prefix="okra-audit.") as folder:
        venv.create(folder, with_pip=True)
        python = str(Path(folder, "bin", "python"))
        quiet = [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        made = subprocess.run([*quiet, "pip-audit"], capture_output=True, text=True, check=False)
        if made.returncode:
            return False, "pip-audit could not be installed: vulnerabilities were not asked for"
        asked = [python, "-m", "pip_audit", "--requirement", str(LOCK), "--require-hashes"]
        done = subprocess.run(
            [*asked, "--disable-pip", "--progress-spinner", "off"],
            capture_output=True,
            text=True,
            check=False,
        )
    told = (done.stdout + done.stderr).strip()
    if done.returncode == 0:
        return False, "pip-audit knows of no vulnerability in the locked packages"
    if "vulnerabilit" in told:
        return True, told
    reason = told.splitlines()[-1:] or ["no reason given"]
    return (
        False,
        f"the advisories could not be reached: vulnerabilities were not asked for ({reason[0][:200]})",
    )


def main(folder: Path) -> int:
    """Write the files, and print what was found."""
    folder.mkdir(parents=True, exist_ok=True)
    packages = installed()
    (folder / "sbom.json").write_text(json.dumps(document(packages), indent=1) + "\n", "utf-8")
    licences = {package.name: licence_of(package) for package in packages}
    lines = [f"{name}: {licences[name]}" for name in sorted(licences, key=str.lower)]
    (folder / "licences.txt").write_text("\n".join(lines) + "\n", "utf-8")
    print(f"{len(packages)} packages, in {folder / 'sbom.json'} and {folder / 'licences.txt'}")
    others = [
        line
        for line in lines
        if not PERMISSIVE.search(line.partition(": ")[2])
        and line.partition(": ")[0] not in LOOKED_AT
    ]
    for line in others:
        print(f"a licence to look at: {line}")
    is_vulnerable, told = known_vulnerabilities()
    print(told)
    return 1 if is_vulnerable or others else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
