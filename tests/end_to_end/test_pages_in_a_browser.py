"""The sample company's pages in a real browser: its first screen, its print, and who uses a screen reader."""

from tests.browser import audited, chromium, needs_chromium, pages_of
from tests.end_to_end.conftest import Home

pytestmark = needs_chromium
WIDTH, HEIGHT = 1440, 900


def test_the_first_screen_has_every_objective_and_the_print_has_two_pages(sample: Home) -> None:
    """In one browser, as starting one takes longer than what is asked of it."""
    with chromium() as browser:
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.goto((sample.path / "scorecard.html").as_uri())
        objectives = page.locator("tr.objective:visible").all()
        [(declared,)] = sample.rows("select count(*) from objectives")
        assert len(objectives) == declared == 9
        attention = page.locator(".attention tbody tr:visible").all()
        assert attention, "something is behind"
        boxes = [row.bounding_box() for row in (*attention, *objectives)]
        assert max(box["y"] + box["height"] for box in boxes if box) <= HEIGHT
        for name in ("scorecard", "board"):
            page.goto((sample.path / f"{name}.html").as_uri())
            assert pages_of(page.pdf(format="A4", prefer_css_page_size=True)) <= 2, name
            audit = audited(page)
            assert audit.violations == [], name
            assert audit.passes > 10, "it looked"
