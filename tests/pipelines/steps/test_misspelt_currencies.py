"""What stands in the place of a currency and is none is told as such, with what to write."""

from datetime import date

import pytest

from pipelines.steps.currency_findings import reasons_of

DAY = date(2026, 11, 2)
QUOTED = {name: (date(2022, 1, 3), date(2026, 11, 24)) for name in ("EUR", "USD")}


@pytest.mark.parametrize("written", ["eur", " EUR", "Usd "])
def test_a_code_in_small_letters_or_with_blanks_is_told_with_its_code(written: str) -> None:
    [reason] = reasons_of(written, DAY, DAY, QUOTED)
    assert reason == (
        f"`{written}` is no code of a currency; give it in capitals and ISO 4217's three letters, as in "
        f"`dimensions: {{currency: upper(trim(currency))}}`, which makes it {written.strip().upper()}"
    )


@pytest.mark.parametrize("written", ["unknown", "€", "Euro"])
def test_what_is_no_code_in_any_letters_is_to_be_corrected(written: str) -> None:
    [reason] = reasons_of(written, DAY, DAY, QUOTED)
    assert reason.startswith(f"`{written}` is no code of a currency; ")
    assert "correct the rows at the source" in reason


def test_a_real_currency_without_rates_is_one_that_the_bank_does_not_quote() -> None:
    [reason] = reasons_of("AED", DAY, DAY, QUOTED)
    assert reason.startswith("the European Central Bank quotes no AED; add a column AED")
