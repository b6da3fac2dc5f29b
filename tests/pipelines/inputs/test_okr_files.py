"""The OKR files of an installation, read against its KPIs."""

from pathlib import Path

from pipelines.inputs.okr_files import read_objectives
from pipelines.settings import Settings


def test_money_is_in_the_currency_of_the_business(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, home=tmp_path, currency="EUR")
    _, kpis = read_objectives(settings)
    assert kpis["net_revenue"].unit == "EUR"
    assert kpis["units_sold"].unit == "pieces"
