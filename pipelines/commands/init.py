"""`okra init`: make a company's folder, by questions: zone, currency, sources, a first objective.

Nothing is written before the last question is answered, and no file and no secret is replaced without a question.
Where the answers end (there is no terminal, or `--yes`), the defaults are taken.
"""

import os
import re
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from connectors.sdk import catalog
from connectors.sdk.contract import Option, Source
from connectors.sdk.project import CHECKOUT, PROJECT_FILE
from pipelines.commands.console import Output
from pipelines.commands.project_files import (
    KEPT,
    Answers,
    files_of,
    set_otherwise,
    settings_in,
    write_env,
    write_files,
    write_gitignore,
)
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
from pipelines.commands.scaffolding import NewObjective, okr
from pipelines.commands.sheet_questions import ask_of_sheets
from pipelines.commands.target import AskedTarget, even_target
from pipelines.errors import OkraError
from pipelines.inputs.kpi_files import declared_kpis
from pipelines.okr.definition.loading import load
from pipelines.okr.kpi.kpi import PERCENT, Kpi
from pipelines.okr.kpi.periods import CADENCES, FiscalYear, containing
from pipelines.settings import Settings, env_file
from pipelines.settings.instance_values import shared_options

SHEETS = "spreadsheet"
NAMED_BY = "A fiscal year is called after the calendar year of its end or its start"
NAMED_BY_ANSWERS = ("end", "start")
WHOLE_PERIOD = "period"


class InitError(OkraError):
    """The folder cannot become a project; the message says why and what to do."""


def init(folder: Path, output: Output, *, dry_run: bool, yes: bool) -> bool:
    """Ask (or take every default, with `yes`), then make the project in `folder`. Returns whether it was written."""
    project = folder.expanduser().resolve()
    check_folder(project)
    answers = Answers()
    if yes:
        take_defaults(answers)
    else:
        output.note("Enter takes what stands in brackets. Nothing is written before the end.")
        ask_of_business(answers)
        chosen = ask_of_sources(answers, project, output)
        with TemporaryDirectory() as draft:
            # the KPIs there are depend on the project, which is not there yet
            write_files(Path(draft).resolve(), files_of(answers))
            with settings_in(Path(draft).resolve()) as settings:
                if SHEETS in chosen:
                    ask_of_kpis(answers, settings, project, output)
                write_files(Path(draft).resolve(), files_of(answers))
                if chosen:
                    ask_of_objective(answers, settings, output)
    return finish(answers, project, output, dry_run=dry_run, yes=yes)


def check_folder(project: Path) -> None:
    """Raise `InitError` where the folder cannot become a project."""
    if project == CHECKOUT:
        raise InitError(
            "this folder is Okra's own, with the sample company; name one for your company: "
            "`okra init ../acme`"
        )
    if (project / PROJECT_FILE).exists():
        raise InitError(
            f"{project} is a project already; edit {PROJECT_FILE} and sources.yml in it, or name another folder"
        )
    if project.exists() and not project.is_dir():
        raise InitError(f"{project} is no folder; name another")


def take_defaults(answers: Answers) -> None:
    """What holds where nothing is answered."""
    answers.settings |= {
        "timezone": zone_of_machine(),
        "currency": "USD",
        "start_date": first_day(zone_of_machine()),
    }


def first_day(zone: str) -> str:
    """The first day of last year."""
    return date(datetime.now(ZoneInfo(zone)).year - 1, 1, 1).isoformat()


def ask_of_business(answers: Answers) -> None:
    """Zone, currency, fiscal year and first day."""
    zone = ask_as("Zone in which your days begin", known_zone, zone_of_machine())
    answers.settings["timezone"] = zone
    answers.settings["currency"] = ask_as("Currency to report in", currency, "USD")
    month = ask_as("First month of the fiscal year (1 to 12)", month_number, "1")
    if month != 1:
        named_by = choose(NAMED_BY, NAMED_BY_ANSWERS, "end")
        answers.fiscal_year = FiscalYear(month, "end" if named_by == "end" else "start")
        answers.settings["fiscal_year_start"] = str(month)
        answers.settings["fiscal_year_named_by"] = named_by
    answers.settings["start_date"] = ask_as("First day to pull", iso_day, first_day(zone))


def ask_of_sources(answers: Answers, project: Path, output: Output) -> list[str]:
    """Which sources there are, and what each of them needs."""
    every = catalog.sources_of_environment()
    known = {name: source for name, source in every.items() if source.has_figures}
    names = list(known)
    for place, source in enumerate(known.values(), 1):
        output.note(f"  {place:2} {source.name} ({source.title})")
    chosen = choose_some(
        "Which of these do you have (numbers, comma-separated; Enter for none)", names
    )
    for name in chosen:
        ask_of_source(known[name], answers, project)
    return chosen


def ask_of_source(source: Source, answers: Answers, project: Path) -> None:
    """The settings that the source needs; those left empty can be filled in later."""
    keys = answers.sources.setdefault(source.name, {})
    for option in source.options:
        if option.default is not None and not option.is_asked:
            continue
        is_shared = option.name in shared_options()
        if not (is_shared and option.name in answers.secrets):  # asked for another source already
            value = ask_of_option(source, option, project)
            if is_shared or option.secret:
                answers.secrets[option.name] = value
            elif value:
                keys[option.key(source.connector)] = value
        if option.secret and not is_shared and (value or option.default is None):
            keys[option.key(source.connector)] = {"env": option.name}


def ask_of_option(source: Source, option: Option, project: Path) -> str:
    """The value of one setting."""
    # the option of sheets is a secret, but the path of a sheet is no harm to see
    is_hidden = option.secret and source.name != SHEETS
    value = ask(f"{source.title}: {option.name}, {option.description}", secret=is_hidden)
    return from_project(value, project) if source.name == SHEETS else value


def from_project(sheets: str, project: Path) -> str:
    """The sheets, with paths that were typed from the working directory as paths from the project."""
    locations = [part.strip() for part in sheets.split(",")]
    for place, location in enumerate(locations):
        path = location.partition("#")[0]
        if path and not (project / path).exists() and Path(path).is_file():
            # the folders of the project are made only at the end, so the path is not resolved there
            locations[place] = os.path.relpath(path, project) + location[len(path) :]
    return ",".join(locations)


def ask_of_kpis(answers: Answers, settings: Settings, project: Path, output: Output) -> None:
    """What the numbers in the sheets are."""
    declared = declared_kpis(settings)
    sheets = answers.secrets.get("OKRA_SHEETS", "")
    taken = {*declared.kpis, *declared.broken}
    answers.sheet_kpis = ask_of_sheets(sheets, project, taken, output)


def ask_of_objective(answers: Answers, settings: Settings, output: Output) -> None:
    """The first objective, which is checked as it will be when it is scored."""
    kpis = declared_kpis(settings).kpis
    if not kpis or not agree("Write a first objective now", at_end=False):
        return
    own = [name for name in kpis if name in answers.sheet_kpis]
    output.note(f"KPIs: {', '.join(own or sorted(kpis))}")
    quarter = containing(settings.today(), "quarter", answers.fiscal_year)
    while True:
        words = ask("The objective in a few words", "My first objective")
        kpi = kpis[choose("Measured by which KPI", sorted(kpis), own[0] if own else "")]
        even = even_target(settings, AskedTarget(kpi.name, quarter.label))
        if even:
            output.note(f"{even} in {quarter.label} would be met with odds of 50 %")
        new = NewObjective(
            name=slug(words),
            words=words,
            kpi=kpi.name,
            target=ask(
                "The number to reach (2_000_000, 96 %)",
                even or ("90 %" if kpi.unit == PERCENT else "100"),
            ),
            **ask_of_windows(kpi),
            period=ask(
                f"By the end of (2026, 2026-Q4, 2026-11; {quarter.label} is {quarter.start} to {quarter.end})",
                quarter.label,
            ),
            owner=ask("Who answers for it", "me@example.com"),
        )
        files = okr(new, kpis, "okr_definitions", quarter.label).files
        faults = load(files, kpis, answers.fiscal_year).faults
        if not faults:
            answers.objectives |= files
            return
        for fault in faults:
            output.warn(str(fault))


def ask_of_windows(kpi: Kpi) -> dict[str, str]:
    """Whether the number is to be reached once or each time, and in which window, as options of an objective."""
    asked = "Reach it by the end, or do it each time (reach, each)"
    if choose(asked, ("reach", "each"), "reach") == "each":
        return {
            "per": choose(f"Each ({', '.join(CADENCES)})", CADENCES, "month"),
            "met_in": ask("In how many of them it has to be met (90 %, all, 10)", "90 %"),
        }
    if not (kpi.accumulates or kpi.behaviour.reported_by_period):
        return {}  # a level is as it stands at the end
    whole = "month" if kpi.behaviour.reported_by_period else WHOLE_PERIOD
    asked = f"Counted over ({WHOLE_PERIOD}: from its first day to its last; or its last {', '.join(CADENCES)})"
    window = choose(asked, (WHOLE_PERIOD, *CADENCES), whole)
    return {} if window == WHOLE_PERIOD else {"over": window}


def finish(answers: Answers, project: Path, output: Output, *, dry_run: bool, yes: bool) -> bool:
    """Say what would be written, and write it when that is agreed to."""
    env, files = env_file(project), files_of(answers)
    for name in set_otherwise(env, answers.secrets):
        if yes or not agree(f"{name} is set in {env.name} already; replace it", default=False):
            del answers.secrets[name]
    for place in files:
        if not place.endswith(KEPT):
            output.note(shown_from_here(project / place))
    output.note(f"{shown_from_here(env)}: {', '.join(answers.secrets) or 'nothing yet'}")
    if dry_run or not (yes or agree("Write this")):
        output.note("Nothing was written.")
        return False
    project.mkdir(parents=True, exist_ok=True)
    for place in write_files(project, files):
        output.note(f"kept {shown_from_here(project / place)}, which was there")
    write_env(env, answers.secrets)
    write_gitignore(project)
    output.note(
        f"wrote {shown_from_here(project)}; only you may read {env.name}, which is for secrets"
    )
    output.note("Next:")
    steps = [] if project == Path.cwd() else [f"cd {shown_from_here(project)}"]
    steps += [] if answers.sources else ["write your first source into sources.yml"]
    for step in (*steps, "okra doctor   (asks each source one small question)", "okra run"):
        output.note(f"  - {step}")
    return True


def shown_from_here(path: Path) -> str:
    """A path as a person would type it in the working directory."""
    near = os.path.relpath(path)
    return near if len(near) < len(str(path)) else str(path)


def slug(words: str) -> str:
    """Words as the name of a file."""
    name = re.sub("[^a-z0-9]+", "_", words.lower()).strip("_")[:50].strip("_")
    return name if name[:1].isalpha() else f"objective_{name}".strip("_")
