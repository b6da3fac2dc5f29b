"""`okra explain`: one key result, from its goal down to the windows its figures came from."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from zoneinfo import ZoneInfo

from rich.console import Group
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pipelines.commands.console import Output
from pipelines.commands.terminal import amounts_of, gap_text, styled_status
from pipelines.publishing.key_result_chain import KeyResultChain, read_chain
from pipelines.publishing.language.language import Amounts, Language
from pipelines.publishing.language.levers import lever
from pipelines.publishing.language.sentences import gap_of_part as part_gap
from pipelines.publishing.language.sentences import sentence
from pipelines.publishing.language.sparklines import sparkline
from pipelines.publishing.published import Row
from pipelines.settings import Settings
from pipelines.warehouse.model_chain import Model, chain_of
from pipelines.warehouse.project import project_of

Lines = list[tuple[str, str]]
"""Names, and what they are as Rich markup."""
MAX_PARTS = 14
COMPARED_WITH = {
    "target": "target",
    "last_year": "last year",
    "previous": "period before",
    "goal_last_year": "last year, of the goal's own members",
    "goal_previous": "period before, of the goal's own members",
    "published": "the period before, as published",
}


def explain(settings: Settings, name: str, output: Output) -> None:
    """Explain the key result `name`. Raises `UnknownKeyResultError`, `NothingPublishedError`."""
    chain = read_chain(settings.published_path, name)
    model = chain.kpi.get("model")
    models: list[Model] = []
    if model:
        project = project_of(settings)
        models = chain_of(project.manifest, model, project.composition.shown)
    if output.as_json:
        output.json({**asdict(chain), "models": [asdict(each) for each in models]})
        return
    language = Language(settings.locale, settings.fiscal_year)
    amounts = amounts_of(headline(chain), language)
    for title, lines in (
        ("Goal", goal_lines(chain, settings.zone)),
        ("Where it stands", standing_lines(chain, amounts)),
        ("By window and member", part_lines(headline(chain), chain.parts, amounts)),
        (levers_title(chain, language), lever_lines(chain, amounts)),
        ("Why it moved", factor_lines(chain)),
        ("The KPI", kpi_lines(chain, language)),
        ("How it is worked out", model_lines(models)),
        ("What was pulled", stream_lines(chain, settings.zone)),
        ("Which run", run_lines(chain, settings.zone)),
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


def goal_lines(chain: KeyResultChain, zone: ZoneInfo) -> Lines:
    """The goal, its owner and its deadline, and the earlier versions of it."""
    score, objective = chain.score, chain.objective
    lines = [
        (score["key_result_id"], escape(score["name"])),
        ("goal", escape(f"{score['goal']}, from {score['period_start']} to {score['deadline']}")),
        (
            "of",
            escape(
                f"{objective.get('name', score['objective_id'])} ({objective.get('owner') or 'no owner'})"
            ),
        ),
    ]
    for version in chain.definitions[:-1]:
        until = f"{version['known_to']:%Y-%m-%d}" if version["known_to"] else "now"
        lines.append((f"until {until}", escape(f"{version['goal']}, by {version['deadline']}")))
    if chain.definitions:
        since = chain.definitions[-1]["known_from"].astimezone(zone)
        lines.append(("set so since", f"{since:%Y-%m-%d}"))
    return lines


def headline(chain: KeyResultChain) -> Row:
    """The key result's own row with what its definition and its KPI say of it."""
    return {
        "comparison": None,
        "low": None,
        "high": None,
        "per": None,
        "over": None,
        "for_each": None,
        "where": None,
        **chain.defined,
        **chain.score,
        "precision": chain.kpi.get("precision"),
        "kpi_kind": chain.kpi.get("kind"),
        "names_members": chain.names_members,
    }


def standing_lines(chain: KeyResultChain, amounts: Amounts) -> Lines:
    """Where it stands, in a sentence and in figures."""
    row, language = headline(chain), amounts.language
    score, pace = language.score_and_pace(row["score"], row["expected"])
    said = sentence(row, chain.parts, amounts)
    lines = [
        ("status", f"{styled_status(row['status'], language)}: {escape(said)}"),
        ("actual", "" if row["actual"] is None else escape(amounts.text(row["actual"]))),
        ("gap", escape(gap_text(row, amounts))),
        ("score", f"{score}, pace {pace}"),
        ("odds", escape(odds_and_forecast(row, amounts))),
        ("rate", escape(rates(row, amounts))),
        ("data through", language.day(row["data_through"]) if row["data_through"] else ""),
        ("trust", escape("; ".join(language.trust_flags(row["trust"])))),
    ]
    return [(name, text) for name, text in lines if text]


def odds_and_forecast(row: Row, amounts: Amounts) -> str:
    """How likely it is met, and where it will end; empty where there are no odds."""
    if row["probability"] is None:
        return ""
    text = amounts.language.odds_of(row)
    if row["forecast_p50"] is None:
        return text
    low, middle, high = (amounts.estimate(row[f"forecast_p{tenth}"]) for tenth in (10, 50, 90))
    return f"{text}; it ends at {middle}, in 8 of 10 futures between {low} and {high}"


def rates(row: Row, amounts: Amounts) -> str:
    """The rate that is needed, beside the rate so far."""
    if row["required_rate"] is None or row["current_rate"] is None:
        return ""
    needed = replace(amounts, as_published=False)
    current = replace(needed, places=max(1, needed.places))
    each = amounts.language.text(f"figures.{row.get('per') or 'day'}")
    need, came = needed.text(row["required_rate"]), current.text(row["current_rate"])
    return f"{need} a {each} needed from now on; {came} so far"


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
        return [*lines[:MAX_PARTS], ("", f"and {more} more")]
    return [*lines[-MAX_PARTS:], ("", f"and {more} before")]


def actual_of_part(part: Row, amounts: Amounts) -> str:
    """What a part has come to; of a member whose first window is still open, what that has so far."""
    if part["actual"] is None and part.get("window_actual") is not None:
        actual = amounts.text(part["window_actual"])
        return amounts.language.text("terminal.so_far", actual=actual)
    return amounts.text(part["actual"])


def levers_title(chain: KeyResultChain, language: Language) -> str:
    """What the levers are for: a goal that can no longer be met has none but its open window may."""
    windows = {row["window"] for row in chain.levers} - {"total"}
    if not windows:
        return "What would bring it back"
    named = (language.window(window, today=chain.score["as_of"]) for window in sorted(windows))
    return f"What would bring the open window back ({', '.join(named)})"


def lever_lines(chain: KeyResultChain, amounts: Amounts) -> Lines:
    """The smallest change of each driver that would be enough, if all else goes as forecast."""
    row = headline(chain)
    return [(change["driver"], escape(lever(change, row, amounts))) for change in chain.levers]


def factor_lines(chain: KeyResultChain) -> Lines:
    """A sentence for each comparison and each restatement, without members where the goal is not to name any."""
    lines = []
    for row in chain.factors:
        change, names_follow, _ = (row["why"] or "").partition(": ")
        words = row["why"] or "" if chain.names_members or not names_follow else f"{change}."
        lines.append((f"against {COMPARED_WITH[row['compared_with']]}", escape(words)))
    return lines + [("restated", escape(row["why"])) for row in chain.restatements]


def kpi_lines(chain: KeyResultChain, language: Language) -> Lines:
    """What the KPI is, and its last months."""
    kpi = chain.kpi
    if not kpi:
        return []
    months = [row for row in chain.months if row["value"] is not None]
    latest = months[-1] if months else None
    lines = [
        (
            kpi["kpi"],
            f"{escape(kpi['label'])}, {kpi['kind']} in {escape(kpi['unit'])} ({escape(kpi['owner'])})",
        ),
        ("", escape(kpi["description"] or "")),
        ("trust", escape("; ".join(language.trust_flags(kpi["trust"])))),
    ]
    if latest:
        line = sparkline([row["value"] for row in months])
        places = int(kpi.get("precision") or 0)
        value = Amounts(language, kpi["unit"], places).text(latest["value"])
        month = language.window(f"{latest['period_start']:%Y-%m}")
        state = language.text(f"kpi.{latest['status']}")
        lines.append(("by month", f"{line} {month}: {escape(value)} ({state})"))
    return [(name, text) for name, text in lines if text]


def model_lines(models: list[Model]) -> Lines:
    """The models, each below the model that reads it."""
    return [("  " * model.depth + model.name, model.path or "raw stream") for model in models]


def stream_lines(chain: KeyResultChain, zone: ZoneInfo) -> Lines:
    """The windows behind the figures."""
    attempts = {row["stream"]: row for row in chain.attempts}
    lines = []
    for stream in chain.streams:
        text = (
            f"{stream.windows:,} windows, {stream.rows:,} rows, {stream.first_window} to {stream.data_through}; "
            f"{stream.open_windows} may still change; pulled {stream.pulled_at.astimezone(zone):%Y-%m-%d %H:%M}; "
            f"checksum of the latest {stream.latest_checksum[:12]}"
        )
        last = attempts.get(stream.stream)
        if last and last["outcome"] != "ok":
            text += f"; [red]last pull {last['outcome']}: {escape(last['message'] or '')}[/]"
        lines.append((stream.stream, text))
    return lines


def run_lines(chain: KeyResultChain, zone: ZoneInfo) -> Lines:
    """The run that worked the score out."""
    run = chain.run
    lines = [("as of", str(chain.score["as_of"])), ("inputs", chain.score["run_id"])]
    if run:
        when = run["scored_at"].astimezone(zone)
        lines.append(("Dagster run", f"{run['dagster_run_id']}, {when:%Y-%m-%d %H:%M}"))
        if run["sample_company"]:
            lines.append(("", "the sample company's figures"))
    return lines
