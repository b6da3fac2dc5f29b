"""`okra init`: set up the user's own sources and a first objective, by questions.

Nothing is written before the last question is answered, and no setting is replaced without a question.
"""

import re
import shutil
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import yaml
from dotenv import dotenv_values, set_key
from pydantic import ValidationError

from connectors.lake.atomic_files import replace
from connectors.sdk import catalog
from connectors.sdk.contract import Source
from connectors.sdk.errors import SourceError
from connectors.spreadsheet.cells import is_empty
from connectors.spreadsheet.files import grid_of
from connectors.spreadsheet.header import header_of
from pipelines.commands.console import Output
from pipelines.commands.questions import (
    agree,
    ask,
    ask_as,
    choose,
    choose_some,
    currency,
    iso_day,
    known_zone,
    month_number,
    zone_of_machine,
)
from pipelines.commands.scaffolding import NewObjective, Scaffold, okr, title, write
from pipelines.inputs.kpi_files import declared_kpis
from pipelines.inputs.sheet_kpis import SheetKpiDeclaration
from pipelines.okr.definition.faults import form_faults
from pipelines.okr.definition.loading import load
from pipelines.okr.definition.yaml_tree import Tree
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.periods import CALENDAR_YEAR, FiscalYear, containing
from pipelines.settings import Settings, env_file, shown

PRIVATE = stat.S_IRUSR | stat.S_IWUSR
"""The mode of `.env`, which holds secrets."""
SHEETS = "spreadsheet"
KINDS = ("flow", "stock")
NAMED_BY = "A fiscal year is called after the calendar year of its end or its start"
NAMED_BY_ANSWERS = ("end", "start")
CADENCES = ("day", "week", "month", "quarter")


@dataclass
class Answers:
    """The answers as what is to be written: settings for `.env`, and files by their place in the project.

    `folder` is for the user's own objectives: okr_definitions/ has those of the sample company.
    """

    folder: str
    env: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    sheet_kpis: dict[str, dict[str, str]] = field(default_factory=dict)
    fiscal_year: FiscalYear = CALENDAR_YEAR


def init(settings: Settings, folder: Path, output: Output, *, dry_run: bool) -> bool:
    """Ask, then write; objectives go into `folder`. Returns whether the files were written."""
    answers = Answers(shown((settings.project_path / folder).resolve()))
    output.note("Enter takes what stands in brackets. Nothing is written before the end.")
    ask_of_business(settings, answers)
    chosen = ask_of_sources(settings, answers, output)
    ask_of_objective(settings, answers, chosen, output)
    return finish(answers, settings.project_path, output, dry_run=dry_run)


def ask_of_business(settings: Settings, answers: Answers) -> None:
    """Zone, currency, fiscal year and first day."""
    zone = settings.timezone if settings.timezone != "UTC" else zone_of_machine()
    answers.env["OKRA_TIMEZONE"] = ask_as("Zone in which your days begin", known_zone, zone)
    answers.env["OKRA_CURRENCY"] = ask_as("Currency to report in", currency, settings.currency)
    month = ask_as(
        "First month of the fiscal year (1 to 12)", month_number, str(settings.fiscal_year_start)
    )
    named_by = settings.fiscal_year_named_by
    if month != 1:
        named_by = "end" if choose(NAMED_BY, NAMED_BY_ANSWERS, named_by) == "end" else "start"
    answers.fiscal_year = FiscalYear(month, named_by)
    if answers.fiscal_year != settings.fiscal_year:
        answers.env["OKRA_FISCAL_YEAR_START"] = str(month)
        answers.env["OKRA_FISCAL_YEAR_NAMED_BY"] = named_by
    first = date(settings.today().year - 1, 1, 1).isoformat()
    answers.env["OKRA_START_DATE"] = ask_as("First day to pull", iso_day, first)


def ask_of_sources(settings: Settings, answers: Answers, output: Output) -> list[str]:
    """Which sources there are, and what each of them needs."""
    known = catalog.sources_of_environment()
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
    """The settings that the source needs; those left empty can be filled in later."""
    for option in source.options:
        is_asked = option.default is None or option.is_asked
        if is_asked and option.name not in answers.env:  # sources of one vendor share some
            # the option of sheets is a secret, but the path of a sheet is no harm to see
            value = ask(
                f"{source.title}: {option.name}, {option.description}",
                secret=option.secret and source.name != SHEETS,
            )
            if value:
                answers.env[option.name] = value


def ask_of_sheets(settings: Settings, answers: Answers, output: Output) -> None:
    """What the numbers in the user's own sheets are."""
    declared = declared_kpis(settings)
    taken = {*declared.kpis, *declared.broken}
    for sheet in answers.env.get("OKRA_SHEETS", "").split(","):
        for name, is_ratio in kpis_in(sheet.strip(), settings.project_path, output):
            if name in taken or name in answers.sheet_kpis:
                continue
            output.note(f"The sheet holds {name}:")
            answers.sheet_kpis[name] = declaration_of(name, output, is_ratio=is_ratio)
    if answers.sheet_kpis:
        place = f"{answers.folder}/sheets/kpis.yml"
        answers.files[place] = yaml.safe_dump(answers.sheet_kpis, sort_keys=False)
        answers.env["OKRA_SHEET_KPIS"] = place


def declaration_of(name: str, output: Output, *, is_ratio: bool) -> dict[str, str]:
    """What a KPI of a sheet is, asked until it can be right."""
    while True:
        fields = {
            "label": title(name),
            "kind": "ratio"
            if is_ratio
            else choose("  flow (adds up over days) or stock (a level)", KINDS, "flow"),
            "unit": ask("  unit (money, percent, orders, people ...)", "money"),
            "direction": choose("  better is up or down", ("up", "down"), "up"),
            "every": choose("  a number is due each day, week, month or quarter", CADENCES, "day"),
            "owner": ask("  who answers for it", "me@example.com"),
        }
        if fields["unit"] == "percent" and not is_ratio:
            fields["scale"] = choose("  all of it is 1 or 100", ("0-1", "0-100"), "0-100")
        try:
            SheetKpiDeclaration.model_validate(fields)
        except ValidationError as error:
            for fault in form_faults(name, Tree(fields), error, SheetKpiDeclaration):
                output.warn(f"  {fault.what}; {fault.remedy}")
        else:
            return fields


def kpis_in(location: str, project: Path, output: Output) -> Iterator[tuple[str, bool]]:
    """The KPIs of a CSV or workbook on this machine, and whether each is a ratio."""
    place, _, tab = location.partition("#")
    path = project / Path(place).expanduser()
    if not path.is_file():
        output.note(
            f"{location} is no file on this machine: declare its KPIs in models/kpis/sheet_kpis.yml"
        )
        return
    try:
        grid = grid_of(path.read_bytes(), path.name, tab)
        header = header_of(grid, ())
    except SourceError as fault:
        output.warn(str(fault))
        return
    is_ratio: dict[str, bool] = {}
    for line in grid.lines[header.index + 1 :]:
        name = header.cell(line, "kpi")
        if isinstance(name, str) and (kpi := name.strip()):
            has_denominator = not is_empty(header.cell(line, "denominator"))
            is_ratio[kpi] = is_ratio.get(kpi, False) or has_denominator
    yield from is_ratio.items()


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
    quarter = containing(settings.today(), "quarter", answers.fiscal_year)
    while True:
        words = ask("The objective in a few words", "My first objective")
        new = NewObjective(
            name=slug(words),
            words=words,
            kpi=choose("Measured by which KPI", sorted(kpis), own[0] if own else ""),
            target=ask("The number to reach (2_000_000, 96 %)", "100"),
            period=ask(
                f"By the end of (2026, 2026-Q4, 2026-11; {quarter.label} is {quarter.start} to {quarter.end})",
                quarter.label,
            ),
            owner=ask("Who answers for it", "me@example.com"),
        )
        files = okr(new, kpis, answers.folder, settings.today()).files
        faults = load(files, kpis, answers.fiscal_year).faults
        if not faults:
            answers.files |= files
            return
        for fault in faults:
            output.warn(str(fault))


def known_kpis(settings: Settings, answers: Answers) -> Mapping[str, Kpi]:
    """The declared KPIs, with those that the answers declare."""
    new = {
        name: SheetKpiDeclaration.model_validate(fields).of_sheet(name)
        for name, fields in answers.sheet_kpis.items()
    }
    return {**declared_kpis(settings).kpis, **new}


def finish(answers: Answers, project: Path, output: Output, *, dry_run: bool) -> bool:
    """Say what would be written, and write it when that is agreed to."""
    env = env_file(project)
    for name in already_set(env, answers.env):
        if not agree(f"{name} is set in {shown(env)} already; replace it", default=False):
            del answers.env[name]
    output.note(f"{shown(env)}: {', '.join(answers.env) or 'nothing new'}")
    for place in answers.files:
        output.note(place)
    if dry_run or not agree("Write this"):
        output.note("Nothing was written.")
        return False
    (project / answers.folder).mkdir(parents=True, exist_ok=True)
    write_env(env, answers.env)
    output.note(f"wrote {shown(env)}, which only you may read")
    steps = ("okra doctor   (asks each source one small question)", "okra run")
    write(Scaffold(answers.files, steps), project, output, dry_run=False)
    return True


def already_set(env: Path, wanted: Mapping[str, str]) -> list[str]:
    """Which of `wanted` the file sets to another value."""
    present = dotenv_values(env) if env.exists() else {}
    return [name for name, value in wanted.items() if present.get(name) not in (None, "", value)]


def write_env(env: Path, wanted: Mapping[str, str]) -> None:
    """Set each of `wanted` in the file, which is made where there is none. Other lines and comments stay."""

    def write(temporary: Path) -> None:
        temporary.touch(PRIVATE)
        if env.exists():
            shutil.copyfile(env, temporary)
        for key, value in wanted.items():
            set_key(temporary, key, value, quote_mode="auto")
        temporary.chmod(PRIVATE)

    replace(env, write)


def slug(words: str) -> str:
    """Words as the name of a file."""
    name = re.sub("[^a-z0-9]+", "_", words.lower()).strip("_")[:50].strip("_")
    return name if name[:1].isalpha() else f"objective_{name}".strip("_")
