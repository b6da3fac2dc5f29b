"""A new user: from a CSV of one's own to a first objective that is scored, by answering questions."""

import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from dotenv import dotenv_values

from pipelines import settings as okra_settings
from tests.company import play
from tests.end_to_end.conftest import Done, Home


@pytest.fixture
def new_user(tmp_path: Path, new_home: Callable[..., Home]) -> Home:
    """A home with a `.env` that is not there yet, and a CSV: ten orders on each of the last sixty days."""
    today = datetime.now(UTC).date()
    days = [today - timedelta(days=n) for n in range(60, 0, -1)]
    lines = ["kpi,date,value", *(f"orders,{day},10" for day in days)]
    (tmp_path / "numbers.csv").write_text("\n".join(lines) + "\n")
    return new_home(OKRA_ENV_FILE=str(tmp_path / "my.env"))


def answer(home: Home, *answers: str, folder: Path) -> Done:
    """Run `okra init` and type the answers."""
    typed = "\n".join(answers) + "\n"
    return home.ask("init", "--folder", str(folder), typed=typed)


def answers_for(sheet: Path, agreed: str = "y") -> list[str]:
    start = f"{datetime.now(UTC).year}-01-01"
    return [
        *("Etc/UTC", "EUR", "1", start, "spreadsheet", str(sheet)),
        *("flow", "orders", "up", "day", "ops@example.com"),
        *("y", "Ship more orders", "orders", "900", "{start}", "ops@example.com", agreed),
    ]


def test_a_csv_becomes_a_scored_objective_of_ones_own(
    new_user: Home, tmp_path: Path, parsed: Path
) -> None:
    today = datetime.now(UTC).date()
    answers = answers_for(tmp_path / "numbers.csv")
    answers[answers.index("{start}")] = str(today.year)
    done = answer(new_user, *answers, folder=tmp_path / "okrs")
    assert done.code == 0, done.err
    env = tmp_path / "my.env"
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    assert "OKRA_CURRENCY" in env.read_text()

    with new_user.entered():
        settings = okra_settings.load()
        play(settings, settings.today(), parsed)

    year_so_far = min(60, (today - today.replace(month=1, day=1)).days)
    scored = new_user.row("select key_result_id, actual from key_result_scores")
    assert scored == ("ship-more-orders/orders", 10 * year_so_far)
    assert new_user.row("select sample_company from runs") == (False,)


def test_nothing_is_written_unless_it_is_agreed_to(new_user: Home, tmp_path: Path) -> None:
    answers = answers_for(tmp_path / "numbers.csv", agreed="n")
    answers[answers.index("{start}")] = "2026-Q4"
    done = answer(new_user, *answers, folder=tmp_path / "okrs")
    assert "Nothing was written." in done.err
    assert not (tmp_path / "my.env").exists()
    assert not (tmp_path / "okrs").exists()


def test_of_several_credentials_the_usual_one_is_asked_for(new_user: Home, tmp_path: Path) -> None:
    business = ("Etc/UTC", "EUR", "1", "2026-01-01")
    zendesk = ("zendesk", "acme", "okra", "secret-of-the-client")
    done = answer(new_user, *business, *zendesk, "n", "y", folder=tmp_path / "okrs")
    assert done.code == 0, done.err
    written = dotenv_values(tmp_path / "my.env")
    assert {name: value for name, value in written.items() if name.startswith("ZENDESK_")} == {
        "ZENDESK_SUBDOMAIN": "acme",
        "ZENDESK_CLIENT_ID": "okra",
        "ZENDESK_CLIENT_SECRET": "secret-of-the-client",
    }
    assert "secret-of-the-client" not in done.err


def test_a_credential_that_sources_share_is_asked_for_once(new_user: Home, tmp_path: Path) -> None:
    business = ("Etc/UTC", "EUR", "1", "2026-01-01")
    google = ("google_ads,google_analytics", "123-456-7890", "/home/me/google.json", "412345678")
    done = answer(new_user, *business, *google, "n", "y", folder=tmp_path / "okrs")
    assert done.code == 0, done.err
    written = dotenv_values(tmp_path / "my.env")
    assert {
        name: value for name, value in written.items() if name.startswith(("GOOGLE_", "GA4_"))
    } == {
        "GOOGLE_ADS_CUSTOMER_ID": "123-456-7890",
        "GOOGLE_APPLICATION_CREDENTIALS": "/home/me/google.json",
        "GA4_PROPERTY_ID": "412345678",
    }


def test_what_is_set_already_is_kept_unless_it_is_given_up(new_user: Home, tmp_path: Path) -> None:
    env = tmp_path / "my.env"
    env.write_text("# mine\nOKRA_CURRENCY=CHF\n")
    done = answer(
        new_user, "Etc/UTC", "EUR", "1", "2026-01-01", "", "n", "y", folder=tmp_path / "okrs"
    )
    assert done.code == 0, done.err
    assert "OKRA_CURRENCY is set" in done.err
    text = env.read_text()
    assert "# mine" in text
    assert "OKRA_CURRENCY=CHF" in text
    assert "OKRA_START_DATE" in text


def test_a_wrong_answer_is_asked_again_with_what_is_right(new_user: Home, tmp_path: Path) -> None:
    done = answer(
        new_user, "Mars/Base", "Etc/UTC", "euros", "EUR", "13", "1", "soon", "2026-01-01", "99", "",
        "n", folder=tmp_path / "okrs",
    )  # fmt: skip
    for said in ("like Europe/Madrid", "three letters", "from 1 to 12", "like 2026-01-01"):
        assert said in done.err
    assert "99 is none of" in done.err


def test_the_quarter_that_is_offered_is_that_of_the_fiscal_year(
    new_user: Home, tmp_path: Path
) -> None:
    today = datetime.now(UTC).date()
    months = (today.year * 12 + today.month - 1) - (today.year * 12 + 9)  # since October
    ends_in, quarter = today.year + months // 12 + 1, months % 12 // 3 + 1
    answers = answers_for(tmp_path / "numbers.csv")
    answers[2:3] = ["10", ""]
    answers[answers.index("{start}")] = ""
    done = answer(new_user, *answers, folder=tmp_path / "okrs")
    assert done.code == 0, done.err
    [file] = (tmp_path / "okrs").glob("*.yml")
    assert f"period: {ends_in}-Q{quarter}\n" in file.read_text()
    settings = (tmp_path / "my.env").read_text()
    assert "OKRA_FISCAL_YEAR_START='10'" in settings or "OKRA_FISCAL_YEAR_START=10" in settings
