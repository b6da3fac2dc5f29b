"""One goal has the same status, odds, score and gap on the page, in the digest, in the terminal and in `explain`.

And a language that is added by one file speaks in all of them.
"""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.console import Console
from rich.text import Text

from pipelines.commands.console import Output
from pipelines.commands.explain import explain
from pipelines.commands.status import status as show_status
from pipelines.commands.terminal import attention_lines, scorecard_lines
from pipelines.publishing.digest.digest import Pages, digest_of
from pipelines.publishing.language.language import Language
from pipelines.publishing.published import read_scorecard
from pipelines.publishing.standings import read_standings
from pipelines.settings import Settings
from pipelines.settings.languages import TEXTS, languages
from tests.pipelines.publishing.scorecard.company import AS_OF, Company

WEEK_BEFORE = AS_OF - timedelta(days=8)
NARROW = str.maketrans({"\u202f": " ", "\u00a0": " "})

FROM_DATA = {
    *("The", "goal", "ties", "hardly", "share", "budget", "weekly", "surely", "Grow", "grow", "widget", "gadget"),
    *("Revenue", "revenue", "What", "was", "sold", "shop", "orders", "run", "ana", "fin", "example", "com"),
    *("USD", "UTC", "Dagster", "the", "words", "Dez", "Nov", "Okt", "Oktober", "November"),
}  # fmt: skip
"""Names and stored words of the company below, and what German has for days."""


@dataclass(frozen=True)
class Shown:
    """What a reader reads of one goal."""

    status: str
    odds: str
    score: str
    pace: str
    gap: str


SHOWN = {
    # 0.904999 and 0.904001 are 90.4 % both, rounded down; 1,999,500.5 is shown as 1,999,500, which lacks 500
    "ties": Shown("At risk", "29%", "90.49%", "90.40%", "$500 short"),
    # below one percent, and a score on its pace
    "hardly": Shown("Off track", "<1%", "50%", "50%", "$0.50 short"),
    # 94.49 % of 95 % lacks 0.51 points, and is not rounded to half a point
    "share": Shown("Off track", "1%", "99%", "100%", "0.51 points short"),
    # 1,234.5 of at most 1,000 is shown as 1,234
    "budget": Shown("At risk", "69%", "66%", "100%", "$234 over"),
    # the last week had 149 to spare and for the open one 1,392.5 are forecast, but twenty more weeks are needed
    "weekly": Shown("Off track", "4%", "33%", "62%", "10 of 46 weeks met it; 30 of 52 are needed"),
    # above 99 %, but not settled
    "surely": Shown("On track", ">99%", "99.99%", "99.98%", "$0.01 to spare"),
}  # fmt: skip


@pytest.fixture
def company(tmp_path: Path) -> Company:
    company = Company(tmp_path)
    company.rows["restatements"] = []
    company.run()
    company.run(as_of=WEEK_BEFORE)
    company.objective()
    company.kpi(model=None)
    company.kpi(kpi="satisfaction", unit="percent", precision=3, kind="ratio", model=None)
    company.kpi(kpi="engagements", unit="engagements", precision=0, model=None)
    two_million = {"target": 2_000_000, "actual": 1_800_000, "gap": 200_000, "unit": "USD"}

    def goal(name: str, probability: str, score: str, pace: str, **changed: Any) -> None:
        figures: dict[str, Any] = two_million | {
            "key_result_id": f"grow/{name}", "name": f"The goal {name}", "probability": Decimal(probability),
            "score": Decimal(score), "raw_attainment": Decimal(score), "expected": Decimal(pace),
            "forecast_p10": 1, "forecast_p90": 9,
        }  # fmt: skip
        company.key_result(**figures | changed)
        before: dict[str, Any] = {
            "as_of": WEEK_BEFORE,
            "status": "on_track",
            "probability": Decimal("0.85"),
        }
        if name == "surely":
            before |= {"status": "at_risk", "probability": Decimal("0.5")}
        company.part(**{k: v for k, v in (figures | changed | before).items() if k != "defined"})

    def forecast(value: str) -> dict[str, Decimal]:
        return {"forecast_p50": Decimal(value)}

    goal("ties", "0.2999", "0.904999", "0.904001", status="at_risk", **forecast("1999500.5"))
    goal(
        "hardly",
        "0.004",
        "0.5",
        "0.5",
        status="off_track",
        target=200,
        actual=100,
        gap=100,
        **forecast("199.5"),
    )
    goal(
        "share",
        "0.0199",
        "0.9946",
        "1",
        status="off_track",
        kpi="satisfaction",
        unit="percent",
        target=Decimal("0.95"),
        actual=Decimal("0.9449"),
        gap=Decimal("0.0051"),
        **forecast("0.9449"),
    )
    goal(
        "budget",
        "0.6999",
        "0.66",
        "1",
        status="at_risk",
        goal="at most 1,000 USD",
        target=1000,
        actual=900,
        gap=-100,
        defined={"comparison": "at_most", "low": None, "high": 1000},
        **forecast("1234.5"),
    )
    goal(
        "weekly",
        "0.049",
        "0.3333",
        "0.6275",
        status="off_track",
        kpi="engagements",
        unit="engagements",
        target=1400,
        actual=1549,
        gap=-149,
        open_window="2026-W48",
        window_actual=501,
        window_forecast_p50=Decimal("1392.5"),
        windows_in_all=52,
        windows_over=46,
        windows_met=10,
        windows_needed=30,
        defined={"per": "week", "low": 1400},
    )
    goal(
        "surely",
        "0.996",
        "0.999999",
        "0.999899",
        status="on_track",
        target=200,
        actual=199,
        gap=1,
        **forecast("200.01"),
    )
    return company  # fmt: skip


def in_digest(company: Company, name: str) -> Shown:
    """The digest has no score of a key result, and no gap of one that stands well."""
    standings = read_standings(company.home / "okra.duckdb")
    text = digest_of(standings, Language("en"), Pages("scorecard.html")).text.translate(NARROW)
    moved = re.search(rf"- The goal {name}: [^→]* → ([^,]*), odds \d+% → (\S+)\n", text)
    assert moved is not None, text
    task = re.search(rf"- The goal {name}: ana@example.com; ([^;]*); (.*); due ", text)
    if task is not None:
        assert task[1] == moved[1]
    expected = SHOWN[name]
    gap = task[2] if task else expected.gap
    return Shown(moved[1].capitalize(), moved[2], expected.score, expected.pace, gap)


def on_page(company: Company, name: str) -> Shown:
    """The page has the gap of what needs attention."""
    page = company.written().scorecard
    [row] = page.all("tr", **{"data-card": f"kr-grow-{name}"})
    cells = [cell.text for cell in row.all("td")]
    score = next(cell for cell in cells if re.fullmatch(r"[\d.]+% / [\d.]+%", cell))
    odds = cells[cells.index(score) - 1]
    gap = SHOWN[name].gap
    for line in page.all("tr", **{"data-of": f"kr-grow-{name}"}):
        gap = line.all("td")[1].text.rpartition(", ")[2]
    status = row.one("span", class_="status").text
    reached, _, pace = score.partition(" / ")
    return Shown(status, odds, reached, pace, gap)


def in_terminal(company: Company, name: str) -> Shown:
    """Beside the figures of an open window is its own gap; what needs attention has that of the goal."""
    path, language = company.home / "okra.duckdb", Language("en")
    lines = {
        Text.from_markup(str(padding.renderable)).plain: cells
        for padding, cells in scorecard_lines(read_scorecard(path), language)
    }
    [(named, cells)] = [x for x in lines.items() if x[0].startswith(f"The goal {name}\n")]
    gap = named.rpartition(", ")[2]
    attention = Text.from_markup("\n".join(attention_lines(read_standings(path), language))).plain
    if f"The goal {name}\n" in attention:
        facts = attention.partition(f"The goal {name}\n")[2].partition("\n")[0].strip().split(" · ")
        if name == "weekly":
            assert gap == "8 engagements short"
            gap = facts[2]
        assert facts[2] == gap
    figures = {key: Text.from_markup(text).plain for key, text in cells.items()}
    return Shown(figures["status"], figures["odds"], figures["score"], figures["pace"], gap)


def in_explanation(company: Company, name: str) -> Shown:
    said = explained(company, f"grow/{name}", "en")
    lines = dict(line.split(" ", 1) for line in said.splitlines() if " " in line)
    score, _, pace = lines["Score"].partition(", pace ")
    odds = lines["Odds"].partition(";")[0]
    return Shown(lines["Status"].partition(":")[0], odds, score, pace, lines["Gap"])


def explained(company: Company, name: str, locale: str) -> str:
    settings = Settings(_env_file=None, home=company.home, locale=locale)
    return printed(lambda output: explain(settings, name, output))


def printed(command: Callable[[Output], None]) -> str:
    paper = io.StringIO()
    command(Output(out=Console(file=paper, width=300)))
    lines = (" ".join(line.split()) for line in paper.getvalue().splitlines())
    return "\n".join(lines).translate(NARROW)


@pytest.mark.parametrize("read", [in_digest, on_page, in_terminal, in_explanation])
def test_every_goal_has_the_same_figures_wherever_it_is_read(
    company: Company, read: Callable[[Company, str], Shown]
) -> None:
    company.publish()
    assert {name: read(company, name) for name in SHOWN} == SHOWN


@pytest.fixture
def third_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A language of one more file: the English texts, each of them in brackets, with German figures and days."""
    folder = tmp_path / "texts"
    folder.mkdir()
    for code in languages():
        text = (TEXTS / f"{code}.yml").read_text(encoding="utf-8")
        (folder / f"{code}.yml").write_text(text, encoding="utf-8")
    content = bracketed(yaml.safe_load((folder / "en.yml").read_text(encoding="utf-8")))
    (folder / "de.yml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    monkeypatch.setattr("pipelines.settings.languages.TEXTS", folder)
    return "de"


def bracketed(content: Any) -> Any:
    if isinstance(content, dict):
        return {key: bracketed(value) for key, value in content.items()}
    return f"⟦{content}⟧"


def words_outside(text: str) -> set[str]:
    """The words that stand in no bracket: they come from no text of the language."""
    while (shorter := re.sub("⟦[^⟦⟧]*⟧", " ", text)) != text:
        text = shorter
    return set(re.findall(r"[^\W\d_]{3,}", text))


def test_a_language_of_one_more_file_speaks_on_the_page_in_the_digest_and_in_the_terminal(
    company: Company, third_language: str
) -> None:
    company.factors(Decimal("-765.5"), [("widget", -800), ("gadget", Decimal("34.5"))])
    company.lever(
        key_result_id="grow/ties", change=400, current_rate=5, needed_rate=Decimal("15.8")
    )
    company.month(date(2026, 10, 1), date(2026, 10, 31), 1200)
    pages = company.written(third_language)
    standings, language = read_standings(company.home / "okra.duckdb"), Language(third_language)
    settings = Settings(_env_file=None, home=company.home, locale=third_language)
    said = {
        "page": pages.scorecard.one("main").text,
        "kpi": pages.kpi().one("body").text,
        "digest": digest_of(standings, language, Pages("x")).text,
        "terminal": printed(lambda output: show_status(settings, None, None, output)),
        "explain": explained(company, "grow/ties", third_language),
    }
    for name, text in said.items():
        assert words_outside(text) <= FROM_DATA, name
        assert "⟦" in text, name
    assert "⟦heading for 1.999.500 $, ⟦500 $ short⟧⟧" in said["page"]
    assert "⟦due 31. Dez.⟧" in said["digest"]
    assert "⟦due 31.12.2026⟧" in said["terminal"]
    assert "⟦−765,50 $ in 01.11.2026 – 24.11.2026, against " in said["explain"]
