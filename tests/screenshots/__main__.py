"""The pictures of the documentation: `python -m tests.screenshots`.

They are taken with Chromium of what the last run of the sample company left in OKRA_HOME, the scorecard and the
lineage in Dagster's web UI, and put into docs/images.
"""

import shutil
import sys

from playwright.sync_api import sync_playwright

from pipelines import settings as okra_settings
from tests.screenshots import lineage, scorecard

QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


def main() -> None:
    settings = okra_settings.load()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not settings.scorecard_path.exists() or chromium is None:
        raise SystemExit("run `okra run` first" if chromium else "there is no Chromium here")
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=chromium, args=list(QUIET))
        for target in (
            *scorecard.take_all(browser, settings.scorecard_path),
            *lineage.take_all(browser, settings),
        ):
            sys.stdout.write(f"{target.name}: {target.stat().st_size:,} bytes\n")
        browser.close()


if __name__ == "__main__":
    main()
