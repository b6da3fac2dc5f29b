"""`okra explain`: one key result, from its goal down to the windows its figures came from."""

from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from zoneinfo import ZoneInfo

from rich.console import Group
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pipelines.commands.terminal import STATUS_STYLE, amount, percent
from pipelines.commands.view import View
from pipelines.okr.kpi.numbers import chance
from pipelines.publishing.explanation import Explanation, explain
from pipelines.publishing.published import Row
from pipelines.publishing.sparkline import sparkline
from pipelines.settings import Settings
from pipelines.warehouse.model_chain import Model, chain_of
from pipelines.warehouse.project import manifest_path

PARTS_SHOWN = 14
AGAINST = {
    "target": "target",
    "last_year": "last year",
    "previous": "period before",
    "published": "the period before, as published",
}


def show(settings: Settings, name: str, view: View) -> None:
    """Explain the key result `name`. Raises `UnknownKeyResultError`, `NothingPublishedError`."""
    found = explain(settings.published_path, name)
    model = found.kpi.get("model")
    chain = chain_of(manifest_path(settings), model) if model else []
    if view.as_json:
        view.json({**asdict(found), "models": [asdict(one) for one in chain]})
        return
    for title, lines in (
        ("Goal", goal_lines(found, settings.zone)),
        ("Where it stands", standing_lines(found.score)),
        ("By window and member", part_lines(found.parts)),
        ("What would bring it back", lever_lines(found.levers)),
        ("Why it moved", factor_lines(found)),
        ("The KPI", kpi_lines(found)),
        ("How it is worked out", chain_lines(chain)),
        ("What was pulled", stream_lines(found, settings.zone)),
        ("Which run", run_lines(found, settings.zone)),
    ):
        if lines:
            body = Padding(pairs(lines), (0, 0, 1, 2))
            view.out.print(Group(Text(title, style="bold"), body))


def pairs(lines: list[tuple[str, str]]) -> Table:
    """Names and what they are, in two columns."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    for name, text in lines:
        table.add_row(escape(name), text)
    return table


def goal_lines(found: Explanation, zone: ZoneInfo) -> list[tuple[str, str]]:
    """What is wanted, by whom and by when, and how that was changed."""
    score, objective = found.score, found.objective
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
    for version in found.definitions[:-1]:
        until = f"{version['known_to']:%Y-%m-%d}" if version["known_to"] else "now"
        lines.append((f"until {until}", escape(f"{version['goal']}, by {version['deadline']}")))
    if found.definitions:
        since = found.definitions[-1]["known_from"].astimezone(zone)
        lines.append(("set so since", f"{since:%Y-%m-%d}"))
    return lines


def standing_lines(score: Row) -> list[tuple[str, str]]:
    """The headline."""
    style = STATUS_STYLE.get(score["status"], "dim")
    unit = score["unit"]
    lines = [
        ("status", f"[{style}]{score['status'].replace('_', ' ')}[/]: {escape(score['why'])}"),
        ("actual", with_unit(score["actual"], unit)),
        ("score", f"{percent(score['score'])}, where {percent(score['expected'])} should be"),
        ("odds", odds(score)),
        ("rate", rates(score)),
        ("data through", str(score["data_through"] or "")),
        ("trust", escape(score["trust"].replace(",", ", "))),
    ]
    return [(name, text) for name, text in lines if text]


def odds(score: Row) -> str:
    """How likely it is met, and where it will end."""
    if score["probability"] is None:
        return ""
    text = chance(score["probability"])
    if score["forecast_p50"] is None:
        return text
    low, middle, high = (
        amount(score[f"forecast_p{tenth}"], score["unit"]) for tenth in (10, 50, 90)
    )
    return f"{text}; it ends at {middle}, in 8 of 10 futures between {low} and {high}"


def rates(score: Row) -> str:
    """What is needed from here on, beside what came so far."""
    if score["required_rate"] is None:
        return ""
    came = amount(score["current_rate"], score["unit"])
    return f"{amount(score['required_rate'], score['unit'])} needed from here on; {came} so far"


def with_unit(value: Decimal | None, unit: str | None) -> str:
    """A figure with its unit; a percent has it already."""
    text = amount(value, unit)
    return text if not text or unit in (None, "percent") else f"{text} {unit}"


def part_lines(parts: Sequence[Row]) -> list[tuple[str, str]]:
    """Each window and member; the last ones where there are many."""
    lines = [
        (
            " ".join(one for one in (part["member"], part["window"]) if one != "total"),
            f"{with_unit(part['actual'], part['unit']) or 'no data'}, {part['status'].replace('_', ' ')}",
        )
        for part in parts
    ]
    more = len(lines) - PARTS_SHOWN
    return lines if more <= 0 else [*lines[-PARTS_SHOWN:], ("", f"and {more} before")]


def lever_lines(levers: Sequence[Row]) -> list[tuple[str, str]]:
    """The smallest change of each driver, all else as it is forecast."""
    lines = []
    for row in levers:
        own = row["member"] if row["member"] != "total" else row["asked_member"]
        name = row["driver"] if own == "total" else f"{row['driver']} {own}"
        lines.append((name, escape(row["why"])))
    return lines


def factor_lines(found: Explanation) -> list[tuple[str, str]]:
    """Each change in a sentence: arithmetic, no causes."""
    lines = [
        (f"against {AGAINST[row['compared_with']]}", escape(row["why"] or ""))
        for row in found.factors
    ]
    return lines + [("restated", escape(row["why"])) for row in found.restatements]


def kpi_lines(found: Explanation) -> list[tuple[str, str]]:
    """What the KPI is, and its last months."""
    kpi = found.kpi
    if not kpi:
        return []
    months = [row for row in found.months if row["value"] is not None]
    latest = months[-1] if months else None
    lines = [
        (
            kpi["kpi"],
            f"{escape(kpi['label'])}, {kpi['kind']} in {escape(kpi['unit'])} ({escape(kpi['owner'])})",
        ),
        ("", escape(kpi["description"] or "")),
        ("trust", escape(kpi["trust"].replace(",", ", "))),
    ]
    if latest:
        line = sparkline([row["value"] for row in months])
        shown = with_unit(latest["value"], kpi["unit"])
        lines.append(
            ("by month", f"{line} {latest['period_start']:%Y-%m}: {shown} ({latest['status']})")
        )
    return lines


def chain_lines(chain: list[Model]) -> list[tuple[str, str]]:
    """The models, each below what it feeds."""
    return [("  " * one.depth + one.name, one.path or "raw stream") for one in chain]


def stream_lines(found: Explanation, zone: ZoneInfo) -> list[tuple[str, str]]:
    """The windows behind the figures."""
    said = {row["stream"]: row for row in found.attempts}
    lines = []
    for row in found.streams:
        text = (
            f"{row['windows']:,} windows, {row['rows']:,} rows, {row['first_window']} to {row['data_through']}; "
            f"{row['open_windows']} may still change; pulled {row['pulled_at'].astimezone(zone):%Y-%m-%d %H:%M}; "
            f"checksum of the latest {row['latest_checksum'][:12]}"
        )
        last = said.get(row["stream"])
        if last and last["outcome"] != "ok":
            text += f"; [red]last pull {last['outcome']}: {escape(last['message'] or '')}[/]"
        lines.append((row["stream"], text))
    return lines


def run_lines(found: Explanation, zone: ZoneInfo) -> list[tuple[str, str]]:
    """Who worked the score out, and when."""
    run = found.run
    lines = [("as of", str(found.score["as_of"])), ("inputs", found.score["run_id"])]
    if run:
        when = run["scored_at"].astimezone(zone)
        lines.append(("Dagster run", f"{run['dagster_run_id']}, {when:%Y-%m-%d %H:%M}"))
        if run["sample_company"]:
            lines.append(("", "the sample company's figures"))
    return lines
