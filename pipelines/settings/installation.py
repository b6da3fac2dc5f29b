"""The settings of an installation: what is declared, the sources, and what follows from them: paths, zone, clock."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import get_args
from urllib.parse import quote
from zoneinfo import ZoneInfo

from connectors.lake.addresses import folder_at, is_in_bucket
from connectors.sdk.project import BUILT_IN
from pipelines.okr.kpi.periods import FiscalYear
from pipelines.okr.kpi.status import Policy
from pipelines.okr.kpi.week_calendars import WeekCalendar
from pipelines.okr.kpi.working_days import WorkingDays
from pipelines.settings.configured_sources import ConfiguredSources
from pipelines.settings.declared_settings import SettingsError, Weekday
from pipelines.settings.working_days import working_days


class Settings(ConfiguredSources):
    """The settings of one project, and where Okra finds and writes what."""

    @cached_property
    def zone(self) -> ZoneInfo:
        """The business zone."""
        return ZoneInfo(self.timezone)

    @cached_property
    def fiscal_year(self) -> FiscalYear:
        """The fiscal year: its first month, what names it, and its weeks where it is made of them."""
        return FiscalYear(self.fiscal_year_start, self.fiscal_year_named_by, self._week_calendar)

    @property
    def _week_calendar(self) -> WeekCalendar | None:
        if self.fiscal_calendar == "months":
            return None
        first_weekday = get_args(Weekday).index(self.fiscal_week_start)
        return WeekCalendar(self.fiscal_calendar, first_weekday, self.fiscal_last_week)

    @cached_property
    def working_days(self) -> WorkingDays:
        """The days on which the company works."""
        return working_days(self.holidays, self.closed_days, self.start_date, self.today())

    @cached_property
    def policy(self) -> Policy:
        """The thresholds of statuses."""
        return Policy(
            likely=self.on_track_from,
            unlikely=self.off_track_below,
            at_risk_from=self.at_risk_from_pace,
            aspirational_bar=self.aspirational_bar,
            committed_bar=self.committed_bar,
            committed_met_in=self.committed_met_in,
            aspirational_met_in=self.aspirational_met_in,
        )

    @cached_property
    def state_path(self) -> Path:
        """The folder of lake, warehouse and Dagster's records. The sample company has a folder of its own."""
        return self.home_path / "sample" if self.sample_company else self.home_path

    @cached_property
    def lake_location(self) -> Path | str:
        """The raw lake: a folder, or an address in an object store."""
        if is_in_bucket(self.lake):
            return self.lake.rstrip("/")
        if not self.lake:
            return self.state_path / "lake"
        return (self.project_path / folder_at(self.lake)).resolve()

    @cached_property
    def warehouse_path(self) -> Path:
        """The DuckDB file that the models write. Only runs open it."""
        return self.state_path / "warehouse.duckdb"

    @cached_property
    def spark_path(self) -> Path:
        """The folder of Spark's files on this machine."""
        return self.state_path / "spark"

    @cached_property
    def spark_warehouse_place(self) -> str:
        """The folder or address of Spark's tables."""
        return self.spark_warehouse or str(self.spark_path / "warehouse")

    @cached_property
    def history_path(self) -> Path:
        """The DuckDB file of what was believed on earlier days: an index of the log in the lake."""
        return self.state_path / "history.duckdb"

    @cached_property
    def published_path(self) -> Path:
        """The published DuckDB file."""
        return self.home_path / "okra.duckdb"

    @cached_property
    def scorecard_path(self) -> Path:
        """The HTML page of the scorecard."""
        return self.home_path / "scorecard.html"

    @cached_property
    def board_path(self) -> Path:
        """The HTML page for the board, made for print."""
        return self.home_path / "board.html"

    @cached_property
    def owners_path(self) -> Path:
        """The folder of the pages that have the goals of one owner alone."""
        return self.home_path / "site"

    @cached_property
    def published_paths(self) -> Sequence[Path]:
        """The files and folders of what is published, for whoever OKRA_READERS names."""
        published = self.published_path
        folders = [published.with_name(name) for name in ("parquet", "csv", "kpi")]
        pages = [self.scorecard_path, self.board_path, self.owners_path]
        folders.append(self.scorecard_path.with_suffix(""))  # of many goals
        return (published, published.with_suffix(".json"), *folders, *pages)

    @cached_property
    def private_paths(self) -> Sequence[Path]:
        """The files and folders of OKRA_HOME that nobody but the user who runs Okra may read."""
        state = self.state_path
        folders = [state / name for name in ("lake", "dagster")]
        own = [] if state == self.home_path else [state]
        return (*own, self.warehouse_path, self.history_path, self.spark_path, *folders)

    def address_of(self, page: Path) -> str:
        """The address of a page in OKRA_HOME: below OKRA_SITE_URL, or its path on this machine without one."""
        if self.site_url is None:
            return str(page)
        return f"{self.site_url}/{quote(page.relative_to(self.home_path).as_posix())}"

    @cached_property
    def dagster_home_path(self) -> Path:
        """The folder of dagster.yaml. A company has a copy of Okra's in its own, as Dagster may write beside it."""
        if self.dagster_home:
            return (self.project_path / self.dagster_home).resolve()
        return self.state_path / "dagster" if self.is_company else BUILT_IN

    @cached_property
    def definitions_path(self) -> Path:
        """The folder of the OKR files."""
        return (self.project_path / self.okr_definitions).resolve()

    @property
    def check_ins_path(self) -> Path:
        """The folder of the check-ins, beside that of the OKR files; there may be none."""
        return self.definitions_path.with_name("check_ins")

    @property
    def reviews_path(self) -> Path:
        """The folder of the closed periods, beside that of the OKR files; there may be none."""
        return self.definitions_path.with_name("reviews")

    def now(self) -> datetime:
        """The present instant (UTC); with OKRA_SANDBOX_TODAY, noon of that day in the business zone."""
        if self.sandbox_today is None:
            return datetime.now(UTC)
        if not self.sample_company:
            raise SettingsError(
                "OKRA_SANDBOX_TODAY moves the sample company's clock, but a source is configured; unset it"
            )
        return datetime.combine(self.sandbox_today, time(12), tzinfo=self.zone).astimezone(UTC)

    def today(self) -> date:
        """The present day in the business zone."""
        return self.now().astimezone(self.zone).date()
