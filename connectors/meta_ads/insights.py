"""Insights of the Marketing API: reports that Meta prepares in the background, and rows in pages.

Docs: developers.facebook.com/docs/marketing-api/insights/best-practices#asynchronous,
developers.facebook.com/blog/post/2026/01/08 (the error of a report that failed, since v25.0).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.meta_ads.rows import cursor_after, rows_in
from connectors.sdk.contract import Calls
from connectors.sdk.errors import Drift, NotPullable, SourceError, Unavailable
from connectors.sdk.fields import at_or_none
from connectors.sdk.graph_api import Graph, GraphError, Remedies, fault_of

TOO_OLD = 3018
"""Meta's error code for days that are no longer kept."""

PAGE_ROWS = 500
MAX_REPORT_ATTEMPTS = 3
"""How often a report is started before its failure is final."""
FIRST_POLL_SECONDS, MAX_POLL_SECONDS, REPORT_TIMEOUT_SECONDS = 0.5, 30.0, 1800.0
"""Between two polls of a report, which doubles, and in all."""

REMEDIES = Remedies(
    credential="make a new token of a system user and set META_ADS_ACCESS_TOKEN",
    permission="the token needs ads_read, and its owner a role in the advertising account",
    rejected="check META_ADS_ACCOUNT_ID",
    secret="META_ADS_APP_SECRET",  # noqa: S106 (the name of an option)
)


def fault_meant(error: GraphError) -> SourceError:
    """The fault that an error means."""
    if error.code == TOO_OLD:
        return NotPullable(
            "Meta keeps insights for 37 months, and older days were asked for",
            "set OKRA_START_DATE to a later day",
        )
    return fault_of(error, REMEDIES)


class Insights:
    """The insights of advertising accounts. Threads may share it."""

    def __init__(self, graph: Graph, calls: Calls) -> None:
        self._graph = graph
        self._calls = calls

    def report(self, account: str, form: Mapping[str, str]) -> str:
        """The number of a report that can be read. One that fails for a passing reason is started again."""
        for attempt in range(1, MAX_REPORT_ATTEMPTS + 1):
            report = self._start(account, form)
            fault = self._outcome(report)
            if fault is None:
                return report
            if attempt == MAX_REPORT_ATTEMPTS or not fault.retryable:
                raise fault
        raise AssertionError("the last attempt returns or raises")

    def pages(self, of: str, params: Mapping[str, str | int]) -> Iterator[list[Mapping[str, Any]]]:
        """The pages of rows of a report, or of an account."""
        after = ""
        while True:
            answer = self._graph.get(
                f"/{of}/insights", {**params, **({"after": after} if after else {})}
            )
            yield rows_in(answer)
            before, after = after, cursor_after(answer)
            if not after:
                return
            if after == before:
                raise Unavailable("Meta gave the same page of a report twice")

    def _start(self, account: str, form: Mapping[str, str]) -> str:
        answer = self._graph.post(f"/{account}/insights", form)
        report = str(at_or_none(answer, "report_run_id"))
        if not report.isdecimal():
            raise Drift("Meta began a report without naming it", "adapt the connector")
        return report

    def _outcome(self, report: str) -> SourceError | None:
        """Wait until `report` has ended. None when it can be read, else why it cannot."""
        waited, pause = 0.0, FIRST_POLL_SECONDS
        while True:
            state = self._graph.get(f"/{report}", {})
            match state.get("async_status"):
                case "Job Completed":  # the percentage reaches 100 earlier
                    return None
                case "Job Failed" | "Job Skipped":
                    return self._failure(state)
                case "Job Not Started" | "Job Started" | "Job Running":
                    if waited >= REPORT_TIMEOUT_SECONDS:
                        raise Unavailable(
                            f"Meta has not made a report in {waited / 60:.0f} minutes"
                        )
                case _:
                    raise Drift(
                        "a report of Meta has a state that is not known", "adapt the connector"
                    )
            self._calls.wait(pause)
            waited, pause = waited + pause, min(2 * pause, MAX_POLL_SECONDS)

    def _failure(self, state: Mapping[str, Any]) -> SourceError:
        """Why a report failed. A failure without a reason counts as passing."""
        code = state.get("error_code")
        error = GraphError(
            request=f"the report ({state.get('async_status')})",
            code=code if isinstance(code, int) else 0,
            message=self._graph.shown(str(state.get("error_message") or "no reason given")),
            is_transient=True,
        )
        return fault_meant(error)
