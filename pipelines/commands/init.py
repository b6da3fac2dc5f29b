"""`okra init`: from a clone to a first source and a first objective of one's own, by questions.

Nothing is written before the last question is answered, and nothing that is there is overwritten unasked.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from connectors.sdk import catalog
from connectors.sdk.contract import Source
from pipelines.commands.console import Output
from pipelines.commands.env_file import already_set, write_env
from pipelines.commands.questions import agree, ask, ask_as, choose, choose_some
from pipelines.commands.scaffolding import NewObjective, Scaffold, okr, title, write
from pipelines.inputs.kpi_files import declared_kpis, shown
from pipelines.inputs.sheet_kpis import SheetKpiDeclaration
from pipelines.okr.definition.loading import load
from pipelines.okr.kpi.kpi import Kpi
from pipelines.settings import ROOT, Settings, env_file

SHEETS = "spreadsheet"
KINDS = ("flow", "stock", "ratio")
RHYTHMS = ("day", "week", "month", "quarter")


@dataclass
class Answers:
    """What the questions came to: settings for `.env`, and files by their place in the project.

    `folder` is where one's own objectives go: okr_definitions/ has those of the sample company.
    """

    folder: str
    env: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    sheet_kpis: dict[str, dict[str, str]] = field(default_factory=dict)


def init(settings: Settings, folder: Path, output: Output, *, dry_run: bool) -> bool:
    """Ask, then write. `folder`: of one's own objectives. Returns whether anything was to be written."""
    answers = Answers(shown((ROOT / folder).resolve()))
    output.note("Enter takes what stands in brackets. Nothing is written before the end.")
    ask_of_business(settings, answers)
    chosen = ask_of_sources(settings, answers, output)
    ask_of_objective(settings, answers, chosen, output)
    return finish(answers, output, dry_run=dry_run)


def ask_of_business(settings: Settings, answers: Answers) -> None:
    """Zone, currency, fiscal year and first day."""
    zone = settings.timezone if settings.timezone != "UTC" else zone_of_machine()
    answers.env["OKRA_TIMEZONE"] = ask_as("Zone in which your days begin", known_zone, zone)
    answers.env["OKRA_CURRENCY"] = ask_as("Currency to report in", currency, settings.currency)
    month = ask_as(
        "First month of the fiscal year (1 to 12)", month_number, str(settings.fiscal_year_start)
    )
    if month != 1:
        answers.env["OKRA_FISCAL_YEAR_START"] = str(month)
    first = date(settings.today().year - 1, 1, 1).isoformat()
    answers.env["OKRA_START_DATE"] = ask_as("First day to pull", iso_day, first)


def ask_of_sources(settings: Settings, answers: Answers, output: Output) -> list[str]:
    """Which sources there are, and what each of them needs."""
    known = catalog.sources()
    names = list(known)
    for place, source in enumerate(known.values(), 1):
        output.note(f"  {place:2} {source.name} ({source.title})")
    chosen = choose_some(
        "Which of these do you have (numbers, comma-separated; Enter for none)", names
    )
    for name in chosen:
        ask_of_source(known[name], answers)
    if SHEETS in chosen:
        ask_of_sheets(settings, answers, output)
    return chosen


def ask_of_source(source: Source, answers: Answers) -> None:
    """What the source cannot do without; what is left empty can be filled in later."""
    for option in source.options:
        if option.default is None:
            # what is typed is hidden where it is a secret; a sheet's path is to be seen
            value = ask(
                f"{source.title}: {option.name}, {option.description}",
                secret=option.secret and source.name != SHEETS,
            )
            if value:
                answers.env[option.name] = value


def ask_of_sheets(settings: Settings, answers: Answers, output: Output) -> None:
    """What the numbers in one's own sheet are."""
    declared = declared_kpis(settings)
    for sheet in answers.env.get("OKRA_SHEETS", "").split(","):
        for name, is_ratio in kpis_in(Path(sheet.strip()), output):
            if name in declared or name in answers.sheet_kpis:
                continue
            output.note(f"The sheet holds {name}:")
            kinds = ("ratio",) if is_ratio else KINDS[:2]
            kind = (
                kinds[0]
                if is_ratio
                else choose("  flow (adds up over days) or stock (a level)", kinds, "flow")
            )
            answers.sheet_kpis[name] = {
                "label": title(name),
                "kind": kind,
                "unit": ask("  unit (money, percent, orders, people ...)", "money"),
                "direction": choose("  better is up or down", ("up", "down"), "up"),
                "every": choose(
                    "  a number is due each day, week, month or quarter", RHYTHMS, "day"
                ),
                "owner": ask("  who answers for it", "me@example.com"),
            }
    if answers.sheet_kpis:
        place = f"{answers.folder}/sheets/kpis.yml"
        answers.files[place] = yaml.safe_dump(answers.sheet_kpis, sort_keys=False)
        answers.env["OKRA_SHEET_KPIS"] = place


def kpis_in(sheet: Path, output: Output) -> Iterator[tuple[str, bool]]:
    """The KPIs of a CSV on this machine, and whether each is a ratio."""
    path = sheet if sheet.is_absolute() else ROOT / sheet
    if path.suffix.lower() != ".csv" or not path.is_file():
        output.note(
            f"{sheet} is no CSV on this machine: declare its KPIs in models/kpis/sheet_kpis.yml"
        )
        return
    with path.open(encoding="utf-8-sig", newline="") as file:
        found: dict[str, bool] = {}
        for row in csv.DictReader(file):
            name = (row.get("kpi") or "").strip()
            if name:
                found[name] = found.get(name, False) or bool((row.get("denominator") or "").strip())
    yield from found.items()


def ask_of_objective(
    settings: Settings, answers: Answers, chosen: list[str], output: Output
) -> None:
    """The first objective, which is checked as it will be when it is scored."""
    answers.env["OKRA_OKR_DEFINITIONS"] = answers.folder
    if not chosen or not agree("Write a first objective now"):
        return
    kpis = known_kpis(settings, answers)
    own = [name for name in kpis if name in answers.sheet_kpis]
    output.note(f"KPIs: {', '.join(own or sorted(kpis))}")
    while True:
        words = ask("The objective in a few words", "My first objective")
        new = NewObjective(
            name=slug(words),
            words=words,
            kpi=choose("Measured by which KPI", sorted(kpis), own[0] if own else ""),
            target=ask("The number to reach (2_000_000, 96 %)", "100"),
            period=ask("By the end of (2026, 2026-Q4, 2026-11)", this_quarter(settings.today())),
            owner=ask("Who answers for it", "me@example.com"),
        )
        made = okr(new, kpis, answers.folder, settings.today())
        faults = load(made.files, kpis, settings.fiscal_year_start).faults
        if not faults:
            answers.files |= made.files
            return
        for fault in faults:
            output.warn(str(fault))


def known_kpis(settings: Settings, answers: Answers) -> Mapping[str, Kpi]:
    """Every KPI there is, and those that were just declared."""
    fresh = {
        name: SheetKpiDeclaration.model_validate(said).named(name)
        for name, said in answers.sheet_kpis.items()
    }
    return declared_kpis(settings) | fresh


def finish(answers: Answers, output: Output, *, dry_run: bool) -> bool:
    """Say what would be written, and write it when that is agreed to."""
    env = env_file()
    for name in already_set(env, answers.env):
        if not agree(f"{name} is set in {shown(env)} already; replace it", default=False):
            del answers.env[name]
    output.note(f"{shown(env)}: {', '.join(answers.env) or 'nothing new'}")
    for place in answers.files:
        output.note(place)
    if dry_run or not agree("Write this"):
        output.note("Nothing was written.")
        return False
    (ROOT / answers.folder).mkdir(parents=True, exist_ok=True)
    write_env(env, answers.env)
    output.note(f"wrote {shown(env)}, which only you may read")
    steps = ("okra doctor   (asks each source one small question)", "okra run")
    write(Scaffold(answers.files, steps), ROOT, output, dry_run=False)
    return True


def known_zone(text: str) -> str:
    """An IANA zone. Raises ValueError."""
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{text} is no zone; write one like Europe/Madrid") from None


def zone_of_machine() -> str:
    """The zone this machine keeps, where that can be told; else UTC."""
    place = Path("/etc/localtime").resolve().as_posix().partition("/zoneinfo/")[2]
    try:
        return known_zone(place)
    except ValueError:
        return "UTC"


def currency(text: str) -> str:
    """Three capital letters. Raises ValueError."""
    if not re.fullmatch("[A-Za-z]{3}", text):
        raise ValueError(f"{text} is no currency; write three letters like EUR")
    return text.upper()


def month_number(text: str) -> int:
    """1 to 12. Raises ValueError."""
    if not text.isdigit() or not 1 <= int(text) <= 12:
        raise ValueError(f"{text} is no month; write a number from 1 to 12")
    return int(text)


def iso_day(text: str) -> str:
    """A day. Raises ValueError."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError(f"{text} is no day; write it like 2026-01-01") from None


def this_quarter(today: date) -> str:
    """The calendar quarter of a day, as a period is written."""
    return f"{today.year}-Q{(today.month + 2) // 3}"


def slug(words: str) -> str:
    """Words as the name of a file."""
    found = re.sub("[^a-z0-9]+", "_", words.lower()).strip("_")[:50].strip("_")
    return found if found[:1].isalpha() else f"objective_{found}".strip("_")
