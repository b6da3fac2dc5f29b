"""The table `findings`: everything that a run found wrong, of the day that was played last. Empty when all is well."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pipelines.tables.table import Table, columns_of


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """One fault."""

    what: Annotated[
        str,
        "Code of the fault: pull_failed, broken_source, broken_okr, broken_kpi, broken_check_in, broken_roster, "
        "does_not_parse, does_not_build, test_failed, test_warned, chart_left_out, clock_behind, history_restored, "
        "broken_lake_file, lost_rows, or what a connector found in its source's rows, such as no_key",
    ]
    source: Annotated[str | None, "Source concerned; NULL for a definition or a model"] = None
    stream: Annotated[str | None, "Stream of the source; NULL where several are concerned"] = None
    place: Annotated[str, "Where: file and line, model, or the windows of the stream"]
    message: Annotated[str, "What is wrong, where, and what to do about it, in one line"]
    rows: Annotated[int | None, "How many rows it concerns; NULL where it is not about rows"] = None
    first_day: Annotated[date | None, "First day concerned; NULL where it has no days"] = None
    last_day: Annotated[date | None, "Last day concerned"] = None
    is_set_aside: Annotated[
        bool, "True where the rows were left out, so that figures may be too low"
    ] = False
    is_fault: Annotated[
        bool,
        "True where the run ends with exit code 1; false for a test that only warns, where recurring revenue "
        "differs from the subscriptions, where a currency has no exchange rate, which no run can mend, and for a "
        "check-in, on which no figure depends",
    ] = True
    kpis: Annotated[Sequence[str], "KPIs concerned, in order"] = ()
    examples: Annotated[Sequence[str], "Up to three places or values; no personal data"] = ()
    account: Annotated[
        str | None,
        "Account of the source; `main` for the one without a name; NULL without a source",
    ] = None


FINDINGS = Table(
    "findings",
    "Everything that the last run found wrong, one row a fault: rows that were set aside, sources that failed, models "
    "and tests that failed, files that are broken. Empty when all is well",
    columns_of(FindingRow),
)

MODEL_FINDINGS = Table(
    "model_findings",
    "What the last build of the models found wrong, which goes into the table findings",
    columns_of(FindingRow),
    schema="build",
)
"""Not published: scoring again builds no models, and what is wrong with them stays."""
