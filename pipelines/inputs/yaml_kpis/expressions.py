"""KPIs that are worked out from other KPIs: `net_sales - costs`, `returning / customers`.

An expression has names of KPIs, `+`, `-` and parentheses; one `/` at its top makes it a ratio. It is worked out by day
and member, so that a ratio of a month is that of the month's sums.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.inputs.sheet_kpis import SHEET_MODEL
from pipelines.okr.definition.kpi_declaration import NAME
from pipelines.okr.kpi.conversion import CURRENCY, MONEY, Conversion
from pipelines.okr.kpi.kpi import ACCOUNT, Every, Kpi

SUMS = """\
with parts as (
{parts}
),

final as (
    select
        {columns}
    from parts
    group by {keys}
)

select * from final
"""
LEVELS = """\
with parts as (
{parts}
),

-- a level that is missing on a day is not 0
whole_days as (
    select day
    from parts
    group by day
    having count(distinct part) = {number}
),

final as (
    select
        {columns}
    from parts
    where day in (select whole_days.day from whole_days)
    group by {keys}
)

select * from final
"""
EVERY: Sequence[Every] = ("day", "week", "month", "quarter")
"""How often KPIs are given, from often to seldom."""
FORMAT = "write names of KPIs with +, - and parentheses, and at most one / between two such sums"


class ExpressionError(Exception):
    """An expression that means nothing: what is wrong, and what would be right."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}; {remedy}")
        self.what = what
        self.remedy = remedy


@dataclass(frozen=True)
class Term:
    """One KPI of a sum, and whether it is added or taken off."""

    sign: int
    kpi: str


@dataclass(frozen=True)
class Expression:
    """A sum of KPIs, or the quotient of two sums."""

    numerator: tuple[Term, ...]
    denominator: tuple[Term, ...] = ()

    @property
    def is_quotient(self) -> bool:
        """Whether it is a ratio."""
        return bool(self.denominator)

    @property
    def names(self) -> list[str]:
        """The KPIs that it names, each once."""
        return list(dict.fromkeys(term.kpi for term in (*self.numerator, *self.denominator)))


def parsed(text: str) -> Expression:
    """The expression that a text means. Raises `ExpressionError`.

    It is read by its own grammar and not as SQL, in which `returning` and other names of KPIs mean something else.
    """
    tokens = re.findall(r"\w+|\S", text)
    numerator, rest = factor(tokens, 1, text)
    denominator: list[Term] = []
    if rest[:1] == ["/"]:
        denominator, rest = factor(rest[1:], 1, text)
    else:
        numerator, rest = terms(tokens, 1, text)
    if rest:
        raise ExpressionError(f"`{text}` is no KPI and no sum of KPIs", FORMAT)
    return Expression(tuple(numerator), tuple(denominator))


def terms(tokens: Sequence[str], sign: int, text: str) -> tuple[list[Term], Sequence[str]]:
    """The KPIs of a sum, and the tokens behind it. Raises `ExpressionError`."""
    summed, rest = factor(tokens, sign, text)
    while rest and rest[0] in "+-":
        more, rest = factor(rest[1:], -sign if rest[0] == "-" else sign, text)
        summed = [*summed, *more]
    return summed, rest


def factor(tokens: Sequence[str], sign: int, text: str) -> tuple[list[Term], Sequence[str]]:
    """One KPI, or a sum in parentheses, and the tokens behind it. Raises `ExpressionError`."""
    if not tokens:
        raise ExpressionError(f"`{text}` is no expression", FORMAT)
    first, rest = tokens[0], tokens[1:]
    if first == "-":
        return factor(rest, -sign, text)
    if first == "(":
        inner, rest = terms(rest, sign, text)
        if rest[:1] == [")"]:
            return inner, rest[1:]
        raise ExpressionError(f"`{text}` is no KPI and no sum of KPIs", FORMAT)
    if not re.fullmatch(NAME, first):
        raise ExpressionError(f"`{text}` is no KPI and no sum of KPIs", FORMAT)
    return [Term(sign, first)], rest


def derived(expression: Expression, parts: Mapping[str, Kpi]) -> dict[str, object]:
    """The keys of the KPI's declaration that follow from its parts. Raises `ExpressionError`.

    `parts`: the KPIs that the expression names.
    """
    sides = [
        [parts[x.kpi] for x in expression.numerator],
        [parts[x.kpi] for x in expression.denominator],
    ]
    kinds = {kpi.kind for kpi in parts.values()}
    for kpi in parts.values():
        if kpi.kind not in ("flow", "stock"):
            raise ExpressionError(
                f"`{kpi.name}` is a {kpi.kind}, which can be neither added nor divided by days",
                "name flows or stocks; a quotient of two of them is a ratio",
            )
    if expression.is_quotient and kinds != {"flow"}:
        raise ExpressionError(
            "a quotient with a stock, whose days do not add up", "divide two flows"
        )
    if len(kinds) > 1:
        raise ExpressionError(
            "a sum of a flow and a stock, which adds up to nothing", "name KPIs of one kind"
        )
    for side in sides:
        if len(units := {kpi.unit for kpi in side}) > 1:
            words = " and ".join(sorted(units))
            raise ExpressionError(f"a sum of {words}", "add up KPIs of one unit")
    given_every = {kpi.every for kpi in parts.values()}
    if "week" in given_every and not given_every.isdisjoint({"month", "quarter"}):
        raise ExpressionError(
            "KPIs of weeks and of months, which begin on different days",
            "name KPIs of which the longer `every:` is made of whole shorter ones",
        )
    policies = {kpi.conversion for kpi in parts.values() if kpi.conversion}
    if len({(x.policy, x.day) for x in policies}) > 1:
        raise ExpressionError(
            "amounts that are converted in two ways", "give its parts the same `conversion:`"
        )
    if policies and (lacking := [x for x in parts.values() if not _is_in_currencies(x)]):
        raise ExpressionError(
            f"`{lacking[0].name}` has no dimension `{CURRENCY}`, so how many of its {lacking[0].unit} belong to the "
            "amounts of a currency is not known",
            f"add the dimension `{CURRENCY}` to `{lacking[0].name}`, or name amounts that are in one currency",
        )
    given: dict[str, object] = {
        "kind": "ratio" if expression.is_quotient else kinds.pop(),
        "every": max(given_every, key=EVERY.index),
        "dimensions": common_dimensions([*parts.values()]),
    }
    if not expression.is_quotient:
        given["unit"] = sides[0][0].unit
        given["precision"] = max(kpi.precision for kpi in parts.values())
    if policies:
        given["conversion"] = written(next(iter(policies)))
        if expression.is_quotient:
            names = ("numerator", "denominator")
            given["money"] = [
                name for name, side in zip(names, sides, strict=True) if side[0].unit == MONEY
            ]
    return given


def written(conversion: Conversion) -> object:
    """A conversion as it is declared."""
    if conversion.policy == "constant":
        return {"constant": str(conversion.day)}
    return conversion.policy


def common_dimensions(kpis: Sequence[Kpi]) -> list[str]:
    """The dimensions that all parts have, and the currency where one has it: the others are in the reporting one."""
    shared = [
        name
        for name in kpis[0].dimensions
        if name not in (ACCOUNT, CURRENCY) and all(name in kpi.dimensions for kpi in kpis)
    ]
    has_currency = any(CURRENCY in kpi.dimensions for kpi in kpis) and all(
        map(_is_in_currencies, kpis)
    )
    return [*shared, *([CURRENCY] if has_currency else [])]


def _is_in_currencies(kpi: Kpi) -> bool:
    """Whether it is known of which currency its rows are: without the dimension, amounts are in the reporting one."""
    return CURRENCY in kpi.dimensions or kpi.unit == MONEY


def sql_of(expression: Expression, kpi: Kpi, parts: Mapping[str, Kpi]) -> str:
    """The model of the KPI."""
    members = [quoted(name) for name in kpi.dimensions if name != ACCOUNT]
    rows = [
        part_rows(term, parts[term.kpi], kpi, place, is_below=is_below)
        for is_below, side in ((False, expression.numerator), (True, expression.denominator))
        for place, term in enumerate(side)
    ]
    keys = ["day", "account", *members]
    amounts = ["numerator", "denominator"] if expression.is_quotient else ["value"]
    template = LEVELS if kpi.kind == "stock" else SUMS
    return template.format(
        parts="\n    union all\n".join(rows),
        columns=",\n        ".join([*keys, *(f"{sum_of_all(name)} as {name}" for name in amounts)]),
        keys=", ".join(keys),
        number=len(expression.numerator),
    )


def sum_of_all(amount: str) -> str:
    """The sum, or NULL where a part has a row without a value: what is missing is not 0."""
    return f"case when count(*) = count({amount}) then sum({amount}) end"


def part_rows(term: Term, part: Kpi, kpi: Kpi, place: int, *, is_below: bool) -> str:
    """The rows of one part, as rows of the whole."""
    is_in_sheet = part.model == SHEET_MODEL
    members = [
        (f"dimensions['{name}'] as {quoted(name)}" if is_in_sheet else quoted(name))
        if name in part.dimensions
        else f"{{{{ reporting_currency() }}}} as {quoted(name)}"
        for name in kpi.dimensions
        if name != ACCOUNT
    ]
    amount = f"cast({'-' if term.sign < 0 else ''}value as {{{{ amount_type() }}}})"
    nothing = "cast(0 as {{ amount_type() }})"
    if kpi.kind == "ratio":
        pair = (nothing, amount) if is_below else (amount, nothing)
        amounts = [f"{pair[0]} as numerator", f"{pair[1]} as denominator"]
    else:
        amounts = [f"{place} as part", f"{amount} as value"]
    account = "'main' as account" if is_in_sheet else "account"
    columns = ",\n        ".join(["day", account, *members, *amounts])
    rows = f'    select\n        {columns}\n    from {{{{ ref("{part.model}") }}}}'
    return f"{rows}\n    where kpi = '{part.name}'" if is_in_sheet else rows


def quoted(name: str) -> str:
    """A column's name, which may be a reserved word."""
    return f'{{{{ adapter.quote("{name}") }}}}'
