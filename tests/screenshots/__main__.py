"""Takes the screenshots of the documentation: `python -m tests.screenshots`.

Chromium shows the scorecard and the lineage in Dagster's web UI, from the last run of the sample company in
OKRA_HOME. The pictures go into docs/images.
"""

import shutil
import sys

from playwright.sync_api import sync_playwright

from pipelines import settings as okra_settings
from tests.screenshots import lineage, scorecard

BROWSER_OPTIONS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


def main() -> None:
    settings = okra_settings.load()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not settings.published_path.exists() or chromium is None:
        raise SystemExit("run `okra run` first" if chromium else "Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(BROWSER_OPTIONS))
        for target in (
            *scorecard.take_all(browser, settings.published_path),
            *lineage.take_all(browser, settings),
        ):
            sys.stdout.write(f"{target.name}: {target.stat().st_size:,} bytes\n")
        browser.close()


if __name__ == "__main__":
    main()
