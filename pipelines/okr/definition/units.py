"""Units that hide what a number is: a currency, whose amounts would never be converted, or another word for percent."""

import re
import unicodedata

from pipelines.okr.kpi.conversion import CURRENCY, MONEY
from pipelines.okr.kpi.kpi import PERCENT
from pipelines.okr.kpi.numbers import is_currency

_ENGLISH_WORDS = frozenset([
    "all", "ban", "bob", "cop", "cup", "gel", "mad", "mop", "pen", "php", "rub", "sit", "sos", "top", "try",
])  # fmt: skip
"""Words that are no currency, although their letters are a code."""
_NAMES = frozenset([
    "dollar", "euro", "cent", "eurocent", "pound", "sterling", "penny", "pence", "quid", "buck", "franc", "yen",
    "yuan", "renminbi", "rupee", "rupiah", "peso", "krona", "kronor", "krone", "kroner", "kronur", "koruna",
    "koruny", "zloty", "forint", "ruble", "rouble", "shekel", "lira", "dirham", "dinar", "riyal", "ringgit",
    "baht", "naira", "hryvnia", "reais", "dolar", "dolare", "esterlina", "złoty", "sfr", "kr", "kc", "zł",
])  # fmt: skip
"""What people call a currency, in the singular. Words of another meaning, such as `won` and `real`, are left out."""
_OF_OTHER_MEANING = frozenset({"pound", "cent", "buck"})
"""Names that are a currency where they stand alone, and may be something else beside other words."""
_PERCENT = re.compile(
    r"per[ -]?cents?|pct|percentages?|prozent|porcentaje|por ciento|.*%.*", re.IGNORECASE
)
_WORD = re.compile(r"[^\W\d_]+")


def unit_fault(unit: str) -> tuple[str, str] | None:
    """What is wrong with a unit and what would be right; None where it is sound."""
    if unit in (MONEY, PERCENT):
        return None
    if unit.casefold() in (MONEY, "monies", "cash", CURRENCY):
        return f"the unit `{unit}` is not known as money", f"write `unit: {MONEY}`"
    if _PERCENT.fullmatch(unit):
        remedy = f"write `unit: {PERCENT}`, and give values as shares: 0.96 is 96 %"
        return f"the unit `{unit}` is not known as a percentage", remedy
    if _is_currency(unit):
        remedy = (
            f"write `unit: {MONEY}`: amounts are in OKRA_CURRENCY, or with the dimension `{CURRENCY}` in that of each "
            "row, and converted"
        )
        return f"the unit `{unit}` is a currency", remedy
    if not _WORD.search(unit):
        return f"the unit `{unit}` is no word", "write what is counted, such as `unit: orders`"
    return None


def _is_currency(unit: str) -> bool:
    """Whether a unit is an amount of money: by a sign, a code (`EUR`, `kEUR`) or a name."""
    if any(unicodedata.category(character) == "Sc" for character in unit):
        return True
    words = _WORD.findall(unit)
    is_single = len(words) == 1
    return any(
        _is_code(word, is_single=is_single) or _is_name(word, is_single=is_single) for word in words
    )


def _is_code(word: str, *, is_single: bool) -> bool:
    """Whether a word is the code of a currency, in capitals where other words stand beside it."""
    if len(word) == 4 and word[0] in "kKmMT":
        word = word[1:]
    if not is_currency(word.upper()):
        return False
    if word.lower() in _ENGLISH_WORDS:
        return is_single and word.isupper()
    return is_single or word.isupper()


def _is_name(word: str, *, is_single: bool) -> bool:
    plain = unicodedata.normalize("NFD", word.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    singular = plain.removesuffix("s") if plain not in _NAMES else plain
    return singular in _NAMES and (is_single or singular not in _OF_OTHER_MEANING)
