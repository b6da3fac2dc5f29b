"""A lever in words: the smallest change that would bring a key result back."""

from dataclasses import replace
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from pipelines.okr.kpi.kpi import PERCENT
from pipelines.publishing.language.language import Amounts
from pipelines.publishing.language.rates import PER_DAY_FROM
from pipelines.publishing.published import Row


def remedy(change: Row | None, row: Row, amounts: Amounts) -> str:
    """What would bring a key result back; of one whose time is over, that. Empty where no change is known."""
    if change:
        return lever(change, row, amounts)
    return amounts.language.text("first.over") if row["deadline"] < row["as_of"] else ""


def lever(lever: Row, row: Row, amounts: Amounts) -> str:
    """`43 more calls a day, 120 instead of 77, would be enough.`

    `lever` is a row of key_result_levers, `row` the headline of its key result (with `kpi_kind` where it is known),
    `amounts` are those of the key result.
    """
    amounts = replace(amounts, as_published=True)
    words = _change(lever, row, amounts) if lever["possible"] else _at_limit(lever, amounts)
    named = [lever[key] for key in ("asked_member", "member") if lever[key] != "total"]
    if lever["driver"] == "mix" or not row.get("names_members", True):
        named = []
    if named:
        return f"{', '.join(named)}: {words}"
    return f"{words[0].upper()}{words[1:]}"


def _change(lever: Row, row: Row, amounts: Amounts) -> str:
    language, change = amounts.language, Decimal(lever["change"])
    if lever["driver"] == "mix":
        worst, _, best = lever["member"].partition(" > ")
        moved = language.share(abs(change), 1, signed=True).lstrip("+")
        return language.text("lever.mix", moved=moved, worst=worst, best=best)
    if lever["driver"] == "denominator":
        less = "fewer" if change < 0 else "more"
        number = language.number(abs(change), 2)
        return language.text(
            f"lever.denominator_{less}", number=number, by=_end(lever, row, amounts)
        )
    now, needed = lever["current_rate"], lever["needed_rate"]
    if row.get("kpi_kind") == "ratio" or amounts.unit == PERCENT:
        return language.text("lever.level", needed=amounts.text(needed), current=amounts.text(now))
    if row.get("kpi_kind") == "distinct":
        return language.text(
            "lever.in_all",
            more=_more(change, amounts),
            by=_end(lever, row, amounts),
            needed=amounts.number(needed),
            current=amounts.number(now),
        )
    # what a level gains or loses a day is nothing that a person can be asked for
    is_level = row.get("kpi_kind") == "stock"
    if is_level or now is None or needed is None or min(abs(now), abs(needed)) < PER_DAY_FROM:
        beyond = "present_rate" if lever["probability"] is None else "forecast"
        return language.text(
            f"lever.beyond_{beyond}", more=_more(change, amounts), by=_end(lever, row, amounts)
        )
    whole = replace(amounts, places=0, as_published=False) if amounts.has_word else amounts
    if amounts.has_word:
        # to the side that is enough: 27.23 hours a day are not reached with 27
        enough = ROUND_CEILING if change > 0 else ROUND_FLOOR
        needed, now = needed.to_integral_value(enough), Decimal(round(now))
    a_day = needed - now
    return language.text(
        "lever.a_day",
        more=_more(a_day, whole),
        needed=whole.number(needed),
        current=whole.number(now),
    )


def _more(change: Decimal, amounts: Amounts) -> str:
    """`43 more calls`, `$1,200 less`."""
    sign = "more" if change > 0 else "fewer"
    size = abs(change)
    if amounts.word(size):
        return amounts.language.text(
            f"lever.{sign}", number=amounts.number(size), unit=amounts.word(size)
        )
    return amounts.language.text(f"lever.{sign}_of_it", amount=amounts.text(size))


def _end(lever: Row, row: Row, amounts: Amounts) -> str:
    """When it has to come: in the window that is to be brought back, or by the deadline."""
    language, today = amounts.language, row["as_of"]
    if lever["window"] != "total":
        window = language.window(lever["window"], today=today)
        return language.text("lever.in_window", window=window)
    deadline: date = row["deadline"]
    return language.text("lever.by", day=language.day(deadline, today=today))


def _at_limit(lever: Row, amounts: Amounts) -> str:
    """How far it can go, which is not enough."""
    language, needed = amounts.language, lever["needed_rate"]
    if needed is None or lever["driver"] in ("mix", "denominator"):
        return language.text("lever.no_change")
    return language.text("lever.at_limit", needed=amounts.text(needed))
