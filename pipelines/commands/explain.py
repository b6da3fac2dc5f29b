"""`okra explain`: one key result, from its goal down to the windows its figures came from."""

from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

from rich.console import Group
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pipelines.commands.console import Output
from pipelines.commands.terminal import amounts_of, styled_status
from pipelines.okr.kpi.kpi import PERCENT
from pipelines.okr.kpi.periods import containing
from pipelines.publishing.factor_rows import is_of_whole_kpi
from pipelines.publishing.key_result_chain import KeyResultChain, read_chain
from pipelines.publishing.language.check_ins import check_in
from pipelines.publishing.language.factors import factor_sentence
from pipelines.publishing.language.gaps import distance_text
from pipelines.publishing.language.goals import earlier_goal, goal
from pipelines.publishing.language.language import Amounts, Language
from pipelines.publishing.language.leads import lead
from pipelines.publishing.language.levers import lever
from pipelines.publishing.language.measures import named, verdict
from pipelines.publishing.language.rates import rates
from pipelines.publishing.language.restatements import restatement
from pipelines.publishing.language.sentences import gap_of_part as part_gap
from pipelines.publishing.language.sentences import sentence
from pipelines.publishing.language.sparklines import sparkline
from pipelines.publishing.language.windows_pulled import windows_pulled
from pipelines.publishing.published import Row
from pipelines.settings import Settings
from pipelines.warehouse.model_chain import Model, chain_of
from pipelines.warehouse.project import project_of

Lines = list[tuple[str, str]]
"""Names, and what they are as Rich markup."""
MAX_PARTS = 14
MAX_CHECK_INS = 3


def explain(settings: Settings, name: str, output: Output) -> None:
    """Explain the key result `name`. Raises `UnknownKeyResultError`, `NothingPublishedError`."""
    chain = read_chain(settings.published_path, name)
    model = chain.kpi.get("model")
    models: list[Model] = []
    if model:
        project = project_of(settings)
        models = chain_of(project.manifest, model, project.composition.shown)
    if output.as_json:
        output.json({**asdict(chain), "models": [asdict(x) for x in models]})
        return
    language = Language(settings.locale, settings.fiscal_year)
    amounts = amounts_of(chain.headline, language)
    for title, lines in (
        (language.text("figures.goal"), goal_lines(chain, amounts, settings.zone)),
        (language.text("explain.standing"), standing_lines(chain, amounts)),
        (language.text("check_in.titles"), check_in_lines(chain, language)),
        (language.text("measure.title"), measure_lines(chain, amounts)),
        (language.text("lead.title"), lead_lines(chain, language)),
        (language.text("explain.parts"), part_lines(chain.headline, chain.parts, amounts)),
        (levers_title(chain, language), lever_lines(chain, amounts)),
        (language.text("factors.title"), factor_lines(chain, amounts)),
        (language.text("explain.kpi"), kpi_lines(chain, language)),
        (language.text("explain.models"), model_lines(models, language)),
        (language.text("explain.streams"), stream_lines(chain, language)),
        (language.text("explain.run"), run_lines(chain, language)),
    ):
        if lines:
            body = Padding(pairs(lines), (0, 0, 1, 2))
            output.out.print(Group(Text(title, style="bold"), body))


def pairs(lines: Lines) -> Table:
    """Names and what they are, in two columns."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    for name, text in lines:
        table.add_row(escape(name), text)
    return table


def goal_lines(chain: KeyResultChain, amounts: Amounts, zone: ZoneInfo) -> Lines:
    """The goal, its owner and its deadline, and the earlier versions of it."""
    score, objective, language = chain.score, chain.objective, amounts.language
    days = language.text(
        "explain.goal_days",
        goal=goal(chain.headline, amounts),
        start=language.day(score["period_start"]),
        deadline=language.day(score["deadline"]),
    )
    owner = objective.get("owner") or language.text("objective.no_owner")
    lines = [
        (score["key_result_id"], escape(score["name"])),
        (language.text("figures.goal"), escape(days)),
        (
            language.text("objective.of"),
            escape(f"{objective.get('name', score['objective_id'])} ({owner})"),
        ),
    ]
    for version, next_one in pairwise(chain.definitions):
        ended = version["known_to"] or next_one["known_from"]
        words = language.text(
            "explain.version",
            goal=earlier_goal(version, chain.headline, amounts),
            deadline=language.day(version["deadline"]),
        )
        until = language.day(ended.astimezone(zone).date())
        lines.append((language.text("explain.until", day=until), escape(words)))
    if chain.definitions:
        since = chain.definitions[-1]["known_from"].astimezone(zone).date()
        lines.append((language.text("explain.since"), language.day(since)))
    if chain.ended_at:
        ended_on = language.day(chain.ended_at.astimezone(zone).date())
        words = language.text("explain.ended_on", day=ended_on, as_of=language.day(score["as_of"]))
        lines.append((language.text("explain.ended"), escape(words)))
    return lines


def standing_lines(chain: KeyResultChain, amounts: Amounts) -> Lines:
    """Where it stands, in a sentence and in figures."""
    row, language = chain.headline, amounts.language
    score, pace = language.score_and_pace(row["score"], row["expected"])
    said = sentence(row, chain.parts, amounts)
    words = {
        "table.status": f"{styled_status(row['status'], language)}: {escape(said)}",
        "first.now": "" if row["actual"] is None else escape(amounts.text(row["actual"])),
        "card.gap": escape(distance_text(row, amounts)),
        "table.score": f"{score}, {language.text('board.pace', pace=pace)}",
        "table.odds": escape(odds_and_forecast(row, amounts)),
    }
    lines = [(language.text(key), text) for key, text in words.items()]
    expected = row.get("probability_if_measures_work")
    if expected is not None:
        lines.append((language.text("measure.odds_if"), escape(language.odds(expected))))
    lines += [(name, escape(figure)) for name, figure in rates(row, amounts)]
    if row["data_through"]:
        lines.append((language.text("source.data"), language.day(row["data_through"])))
    lines.append(
        (language.text("kpi.trust"), escape("; ".join(language.trust_flags(row["trust"]))))
    )
    return [(name, text) for name, text in lines if text]


def measure_lines(chain: KeyResultChain, amounts: Amounts) -> Lines:
    """What its objective does about its KPI, and what came of it."""
    today = chain.score["as_of"]
    return [
        (named(row, amounts.language, today), escape(verdict(row, amounts, today)))
        for row in chain.measures
    ]


def lead_lines(chain: KeyResultChain, language: Language) -> Lines:
    """Whether its KPI helps to foresee the one that follows it."""
    return [] if chain.lead is None else [("", escape(lead(chain.lead, language)))]


def check_in_lines(chain: KeyResultChain, language: Language) -> Lines:
    """What people said of it, the latest first."""
    today = chain.score["as_of"]
    return [("", escape(check_in(row, language, today))) for row in chain.check_ins[:MAX_CHECK_INS]]


def odds_and_forecast(row: Row, amounts: Amounts) -> str:
    """How likely it is met, and where it will end; empty where there are no odds."""
    if row["probability"] is None:
        return ""
    language, odds = amounts.language, amounts.language.odds_of(row)
    if row["forecast_p50"] is None:
        return odds
    low, middle, high = (amounts.estimate(row[f"forecast_p{tenth}"]) for tenth in (10, 50, 90))
    return language.text("explain.ends", odds=odds, middle=middle, low=low, high=high)


def part_lines(row: Row, parts: Sequence[Row], amounts: Amounts) -> Lines:
    """The windows and members, at most the last `MAX_PARTS`; members by their gap, the largest first."""
    language = amounts.language
    if row.get("for_each"):
        windows = [part for part in parts if part["member"] == "total"]
        members = [part for part in parts if part["member"] != "total"]
        members.sort(key=lambda part: part_gap(part, row), reverse=True)
        parts = [*windows, *members]
    lines = [
        (
            " ".join(
                name
                for name in (
                    part["member"] if part["member"] != "total" else "",
                    language.window(part["window"]) if part["window"] != "total" else "",
                )
                if name
            ),
            f"{escape(actual_of_part(part, amounts))}, {styled_status(part['status'], language)}",
        )
        for part in parts
    ]
    more = len(lines) - MAX_PARTS
    if more <= 0:
        return lines
    if row.get("for_each"):
        return [*lines[:MAX_PARTS], ("", language.text("kpi.more", more))]
    return [("", language.text("explain.before", more)), *lines[-MAX_PARTS:]]


def actual_of_part(part: Row, amounts: Amounts) -> str:
    """What a part has come to; of a member whose first window is still open, what that has so far."""
    if part["actual"] is None and part.get("window_actual") is not None:
        actual = amounts.text(part["window_actual"])
        return amounts.language.text("terminal.so_far", actual=actual)
    return amounts.text(part["actual"])


def levers_title(chain: KeyResultChain, language: Language) -> str:
    """What the levers are for: a goal that can no longer be met has none but its open window may."""
    windows = {x["window"] for x in chain.levers} - {"total"}
    if not windows:
        return language.text("card.levers")
    named = (language.window(window, today=chain.score["as_of"]) for window in sorted(windows))
    return language.text("explain.window_levers", windows=", ".join(named))


def lever_lines(chain: KeyResultChain, amounts: Amounts) -> Lines:
    """The smallest change of each driver that would be enough, if all else goes as forecast."""
    row, language = chain.headline, amounts.language
    return [
        (
            language.dimension(change["dimension"])
            if change["driver"] == "member"
            else language.text(f"explain.drivers.{change['driver']}"),
            escape(lever(change, row, amounts)),
        )
        for change in chain.levers
    ]


def factor_lines(chain: KeyResultChain, amounts: Amounts) -> Lines:
    """A sentence for each comparison and each restatement, without members where the goal is not to name any."""
    language, row = amounts.language, chain.headline
    own = [x for x in chain.factors if x["compared_with"].startswith("goal_")]
    is_wider = is_of_whole_kpi(row, own)
    lines = []
    for change, members in zip(chain.factors, chain.factor_members, strict=True):
        name = language.text(f"explain.against.{change['compared_with'].removeprefix('goal_')}")
        if is_wider and change["compared_with"] != "target":
            name = language.text("explain.whole_kpi", against=name)
        said = factor_sentence(change, members, amounts, chain.score["target"])
        lines.append((name, escape(said)))
    restated = language.text("explain.restated")
    return lines + [(restated, escape(restatement(x, amounts))) for x in chain.restatements]


def kpi_lines(chain: KeyResultChain, language: Language) -> Lines:
    """What the KPI is, and its last months."""
    kpi = chain.kpi
    if not kpi:
        return []
    months = [row for row in chain.months if row["value"] is not None]
    latest = months[-1] if months else None
    places = int(kpi.get("precision") or 0)
    amounts = Amounts(language, kpi["unit"], places)
    lines = [
        (kpi["kpi"], f"{escape(kpi['label'])} ({escape(kpi['owner'])})"),
        ("", escape(kpi["description"] or "")),
        (language.text("kpi.kind"), language.text(f"kpi.kinds.{kpi['kind']}")),
        (language.text("kpi.unit"), escape(unit_word(amounts))),
        (language.text("kpi.trust"), escape("; ".join(language.trust_flags(kpi["trust"])))),
    ]
    if latest:
        line = sparkline([row["value"] for row in months])
        value = amounts.text(latest["value"])
        month = containing(latest["period_start"], "month", language.fiscal_year)
        state = language.text(f"kpi.{latest['status']}")
        lines.append(
            (
                language.text("explain.by_month"),
                f"{line} {language.span(month.start, month.end)}: {escape(value)} ({state})",
            )
        )
    return [(name, text) for name, text in lines if text]


def unit_word(amounts: Amounts) -> str:
    """`people`, `USD`, `%`."""
    if amounts.unit == PERCENT:
        return "%"
    return amounts.word(Decimal(2)) or amounts.unit or ""


def model_lines(models: list[Model], language: Language) -> Lines:
    """The models, each below the model that reads it."""
    raw = language.text("explain.raw_stream")
    return [("  " * model.depth + model.name, model.path or raw) for model in models]


def stream_lines(chain: KeyResultChain, language: Language) -> Lines:
    """The windows behind the figures."""
    attempts = {row["stream"]: row for row in chain.attempts}
    lines = []
    for stream in chain.streams:
        checksum = language.text("explain.checksum", checksum=stream.latest_checksum[:12])
        text = escape(f"{windows_pulled(stream, language)} {checksum}")
        last = attempts.get(stream.stream)
        if last and last["outcome"] != "ok":
            failed = language.text(
                "explain.pull_failed", outcome=last["outcome"], message=last["message"] or ""
            )
            text += f" [red]{escape(failed)}[/]"
        lines.append((stream.stream, text))
    return lines


def run_lines(chain: KeyResultChain, language: Language) -> Lines:
    """The run that worked the score out."""
    run = chain.run
    lines = [
        (language.text("explain.day"), language.day(chain.score["as_of"])),
        (language.text("source.run"), chain.score["run_id"]),
    ]
    if run:
        when = language.moment(run["scored_at"])
        lines.append(("Dagster", f"{run['dagster_run_id']}, {when}"))
        if run["sample_company"]:
            lines.append(("", language.text("digest.sample")))
    return lines
