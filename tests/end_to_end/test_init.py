"""A new user: from a CSV of one's own to a first objective that is scored, by answering questions."""

import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from dotenv import dotenv_values

from pipelines import settings as okra_settings
from pipelines.settings import BUILT_IN
from tests.company import play
from tests.end_to_end.conftest import Done, Home

FILES = {
    "okra.yml", "sources.yml", ".env", ".gitignore", "connectors/.gitkeep", "kpis/.gitkeep",
    "models/.gitkeep", "okr_definitions/.gitkeep",
}  # fmt: skip


@pytest.fixture
def new_user(tmp_path: Path, new_home: Callable[..., Home]) -> Home:
    """Somebody with a CSV: ten orders on each of the last sixty days. Their `.env` is in their folder."""
    today = datetime.now(UTC).date()
    days = [today - timedelta(days=n) for n in range(60, 0, -1)]
    lines = ["kpi,date,value", *(f"orders,{day},10" for day in days)]
    (tmp_path / "numbers.csv").write_text("\n".join(lines) + "\n")
    return new_home(OKRA_ENV_FILE=str(tmp_path / "acme" / ".env"))


def answer(home: Home, *answers: str, options: tuple[str, ...] = ()) -> Done:
    """Run `okra init` and type the answers."""
    return home.ask("init", str(folder_of(home)), *options, typed="\n".join([*answers, ""]))


def folder_of(home: Home) -> Path:
    return home.path.parent / "acme"


def files_in(folder: Path) -> set[str]:
    return {x.relative_to(folder).as_posix() for x in folder.rglob("*") if x.is_file()}


def answers_for(
    sheet: Path, period: str, agreed: str = "y", windows: tuple[str, ...] = ("", "")
) -> list[str]:
    """`windows`: whether it is to be reached or done each time, and the questions that follow."""
    start = f"{datetime.now(UTC).year}-01-01"
    return [
        *("Etc/UTC", "EUR", "1", start, "spreadsheet", str(sheet)),
        *("flow", "orders", "up", "day", "ops@example.com"),
        *("y", "Ship more orders", "orders", "900", *windows, period, "ops@example.com", agreed),
    ]


def test_a_csv_becomes_a_scored_objective_of_ones_own(
    new_user: Home, tmp_path: Path, parsed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = datetime.now(UTC).date()
    monkeypatch.chdir(tmp_path)
    done = answer(new_user, *answers_for(Path("numbers.csv"), str(today.year)))
    assert done.code == 0, done.err
    folder = folder_of(new_user)
    assert files_in(folder) == FILES | {
        "kpis/sheet_kpis.yml",
        "okr_definitions/ship-more-orders.yml",
    }
    assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o600
    assert dotenv_values(folder / ".env") == {"OKRA_SHEETS": "../numbers.csv"}
    assert yaml.safe_load((folder / "sources.yml").read_text()) == {
        "spreadsheet": {"sheets": {"env": "OKRA_SHEETS"}}
    }

    with new_user.entered(), pytest.MonkeyPatch.context() as patched:
        patched.setenv("OKRA_PROJECT", str(folder))
        settings = okra_settings.load()
        assert settings.currency == "EUR"
        play(settings, settings.today(), parsed)

    year_so_far = min(60, (today - today.replace(month=1, day=1)).days)
    scored = new_user.row("select key_result_id, actual from key_result_scores")
    assert scored == ("ship-more-orders/orders", 10 * year_so_far)
    assert new_user.row("select sample_company from runs") == (False,)


@pytest.mark.parametrize("options", [("--yes",), ()])
def test_without_a_terminal_or_with_yes_the_defaults_are_taken(
    new_user: Home, options: tuple[str, ...]
) -> None:
    done = answer(new_user, options=options)
    assert done.code == 0, done.err
    folder = folder_of(new_user)
    assert files_in(folder) == FILES
    assert "write your first source into sources.yml" in done.err
    with new_user.entered(), pytest.MonkeyPatch.context() as patched:
        patched.setenv("OKRA_PROJECT", str(folder))
        settings = okra_settings.load()
    assert (settings.currency, settings.fiscal_year_start) == ("USD", 1)
    assert settings.instances == {}


def test_each_setting_of_the_file_can_be_switched_on_by_removing_its_hash(new_user: Home) -> None:
    answer(new_user)
    path = folder_of(new_user) / "okra.yml"
    lines = [line.removeprefix("# ") for line in path.read_text().splitlines()]
    written = [line for line in lines if line.partition(":")[2].partition("#")[0].strip()]
    path.write_text("\n".join(line for line in written if not line.startswith("The ")))
    with new_user.entered(), pytest.MonkeyPatch.context() as patched:
        patched.setenv("OKRA_PROJECT", str(folder_of(new_user)))
        assert okra_settings.load().locale == "en"


def test_nothing_is_written_unless_it_is_agreed_to(new_user: Home, tmp_path: Path) -> None:
    done = answer(new_user, *answers_for(tmp_path / "numbers.csv", "2026-Q4", agreed="n"))
    assert "Nothing was written." in done.err
    assert not folder_of(new_user).exists()


@pytest.mark.parametrize(
    ("windows", "stated"),
    [
        (("", ""), {"at_least": 900}),
        (("reach", "month"), {"at_least": 900, "over": "month", "from": "measured"}),
        (("each", "", ""), {"at_least": 900, "per": "month", "met_in": "90 %"}),
        (("each", "week", "30"), {"at_least": 900, "per": "week", "met_in": 30}),
    ],
)
def test_a_goal_is_reached_by_the_end_unless_it_is_to_be_done_each_time(
    new_user: Home, tmp_path: Path, windows: tuple[str, ...], stated: dict[str, object]
) -> None:
    done = answer(new_user, *answers_for(tmp_path / "numbers.csv", "2026", windows=windows))
    assert done.code == 0, done.err
    file = folder_of(new_user) / "okr_definitions/ship-more-orders.yml"
    [goal] = yaml.safe_load(file.read_text())["key_results"]
    assert {key: goal[key] for key in goal if key not in ("id", "name", "kpi")} == stated


def test_a_dry_run_says_what_would_be_written(new_user: Home) -> None:
    done = answer(new_user, options=("--dry-run",))
    assert done.code == 0, done.err
    assert "acme/sources.yml" in done.err
    assert not folder_of(new_user).exists()


def test_of_several_credentials_the_usual_one_is_asked_for(new_user: Home) -> None:
    business = ("Etc/UTC", "EUR", "1", "2026-01-01")
    zendesk = ("zendesk", "acme", "okra", "secret-of-the-client")
    done = answer(new_user, *business, *zendesk, "n", "y")
    assert done.code == 0, done.err
    folder = folder_of(new_user)
    assert yaml.safe_load((folder / "sources.yml").read_text()) == {
        "zendesk": {
            "subdomain": "acme",
            "client_id": "okra",
            "client_secret": {"env": "ZENDESK_CLIENT_SECRET"},
        }
    }
    assert dotenv_values(folder / ".env") == {"ZENDESK_CLIENT_SECRET": "secret-of-the-client"}
    assert "secret-of-the-client" not in done.err


def test_a_credential_that_sources_share_is_asked_for_once(new_user: Home) -> None:
    business = ("Etc/UTC", "EUR", "1", "2026-01-01")
    google = ("google_ads,google_analytics", "123-456-7890", "/home/me/google.json", "412345678")
    done = answer(new_user, *business, *google, "n", "y")
    assert done.code == 0, done.err
    folder = folder_of(new_user)
    assert dotenv_values(folder / ".env") == {
        "GOOGLE_APPLICATION_CREDENTIALS": "/home/me/google.json"
    }
    assert yaml.safe_load((folder / "sources.yml").read_text()) == {
        "google_ads": {"customer_id": "123-456-7890"},
        "google_analytics": {"property_id": "412345678"},
    }


def test_a_secret_that_is_not_answered_is_left_to_be_filled_in(new_user: Home) -> None:
    done = answer(new_user, "Etc/UTC", "EUR", "1", "2026-01-01", "stripe", "", "n", "y")
    assert done.code == 0, done.err
    folder = folder_of(new_user)
    assert "# STRIPE_API_KEY=\n" in (folder / ".env").read_text()
    assert yaml.safe_load((folder / "sources.yml").read_text()) == {
        "stripe": {"api_key": {"env": "STRIPE_API_KEY"}}
    }


def test_what_is_there_already_is_kept_unless_it_is_given_up(new_user: Home) -> None:
    folder = folder_of(new_user)
    folder.mkdir()
    (folder / ".env").write_text("# mine\nSTRIPE_API_KEY=rk_old\n")
    (folder / ".gitignore").write_text("*.tmp")
    (folder / "sources.yml").write_text("hubspot: {access_token: {env: TOKEN}}\n")
    done = answer(new_user, "Etc/UTC", "EUR", "1", "2026-01-01", "stripe", "rk_new", "n", "n", "y")
    assert done.code == 0, done.err
    assert "STRIPE_API_KEY is set" in done.err
    assert (folder / ".env").read_text() == "# mine\nSTRIPE_API_KEY=rk_old\n"
    assert (folder / ".gitignore").read_text() == "*.tmp\n.env\ndata/\n__pycache__/\n"
    assert (folder / "sources.yml").read_text() == "hubspot: {access_token: {env: TOKEN}}\n"
    assert "sources.yml, which was there" in done.err.replace("\n", "")


def test_a_project_is_not_made_twice_and_not_in_okras_own_folder(new_user: Home) -> None:
    assert answer(new_user).code == 0
    second = answer(new_user)
    assert second.code == 2
    assert "is a project already; edit okra.yml and sources.yml" in second.err
    own = new_user.ask("init", str(BUILT_IN), typed="")
    assert own.code == 2
    assert "`okra init ../acme`" in own.err


def test_a_wrong_answer_is_asked_again_with_what_is_right(new_user: Home) -> None:
    done = answer(
        new_user, "Mars/Base", "Etc/UTC", "euros", "EUR", "13", "1", "soon", "2026-01-01", "99", "",
        "n",
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
    answers = answers_for(tmp_path / "numbers.csv", "")
    answers[2:3] = ["10", ""]
    done = answer(new_user, *answers)
    assert done.code == 0, done.err
    [file] = (folder_of(new_user) / "okr_definitions").glob("*.yml")
    assert f"period: {ends_in}-Q{quarter}\n" in file.read_text()
    assert "fiscal_year_start: 10\n" in (folder_of(new_user) / "okra.yml").read_text()
