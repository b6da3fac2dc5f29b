"""`okra explain`: one key result, from its goal down to the windows its figures came from."""

from collections.abc import Sequence
from dataclasses import asdict
from zoneinfo import ZoneInfo

from rich.console import Group
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pipelines.commands.console import Output
from pipelines.commands.terminal import styled_status
from pipelines.publishing.key_result_chain import KeyResultChain, read_chain
from pipelines.publishing.published import Row
from pipelines.publishing.wording import amount, odds, share, sparkline, status_words, trust_words
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
    for title, lines in (
        ("Goal", goal_lines(chain, settings.zone)),
        ("Where it stands", standing_lines(chain.score)),
        ("By window and member", part_lines(chain.parts)),
        ("What would bring it back", lever_lines(chain.levers)),
        ("Why it moved", factor_lines(chain)),
        ("The KPI", kpi_lines(chain)),
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


def standing_lines(score: Row) -> Lines:
    """The headline."""
    lines = [
        ("status", f"{styled_status(score['status'])}: {escape(score['why'])}"),
        ("actual", amount(score["actual"], score["unit"])),
        ("score", f"{share(score['score'])}, where {share(score['expected'])} should be"),
        ("odds", odds_and_forecast(score)),
        ("rate", rates(score)),
        ("data through", str(score["data_through"] or "")),
        ("trust", escape(trust_words(score["trust"]))),
    ]
    return [(name, text) for name, text in lines if text]


def odds_and_forecast(score: Row) -> str:
    """How likely it is met, and where it will end; empty where there are no odds."""
    text, unit = odds(score["probability"]), score["unit"]
    if not text or score["forecast_p50"] is None:
        return text
    low, middle, high = (
        amount(score[f"forecast_p{tenth}"], unit, with_unit=False) for tenth in (10, 50, 90)
    )
    return f"{text}; it ends at {middle}, in 8 of 10 futures between {low} and {high}"


def rates(score: Row) -> str:
    """The rate that is needed, beside the rate so far."""
    if score["required_rate"] is None:
        return ""
    needed, current = (
        amount(score[rate], score["unit"], with_unit=False)
        for rate in ("required_rate", "current_rate")
    )
    return f"{needed} needed from here on; {current} so far"


def part_lines(parts: Sequence[Row]) -> Lines:
    """The windows and members, at most the last `MAX_PARTS`."""
    lines = [
        (
            " ".join(name for name in (part["member"], part["window"]) if name != "total"),
            f"{amount(part['actual'], part['unit']) or 'no data'}, {status_words(part['status'])}",
        )
        for part in parts
    ]
    more = len(lines) - MAX_PARTS
    return lines if more <= 0 else [*lines[-MAX_PARTS:], ("", f"and {more} before")]


def lever_lines(levers: Sequence[Row]) -> Lines:
    """The smallest change of each driver that would be enough, if all else goes as forecast."""
    lines = []
    for row in levers:
        member = row["member"] if row["member"] != "total" else row["asked_member"]
        name = row["driver"] if member == "total" else f"{row['driver']} {member}"
        lines.append((name, escape(row["why"])))
    return lines


def factor_lines(chain: KeyResultChain) -> Lines:
    """A sentence for each comparison and each restatement, without members where the goal is not to name any."""
    lines = []
    for row in chain.factors:
        change, names_follow, _ = (row["why"] or "").partition(": ")
        words = row["why"] or "" if chain.names_members or not names_follow else f"{change}."
        lines.append((f"against {COMPARED_WITH[row['compared_with']]}", escape(words)))
    return lines + [("restated", escape(row["why"])) for row in chain.restatements]


def kpi_lines(chain: KeyResultChain) -> Lines:
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
        ("trust", escape(trust_words(kpi["trust"]))),
    ]
    if latest:
        line = sparkline([row["value"] for row in months])
        value = amount(latest["value"], kpi["unit"])
        lines.append(
            ("by month", f"{line} {latest['period_start']:%Y-%m}: {value} ({latest['status']})")
        )
    return lines


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
