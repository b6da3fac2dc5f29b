"""The KPIs that a stream feeds, and those of them that have rows of an account."""

from collections.abc import Iterable, Mapping

import duckdb

from pipelines.okr.kpi.kpi import Kpi

_FED_BY = "select kpi, string_split(sources, ',') from reporting.kpis where sources is not null"


def kpis_by_stream(connection: duckdb.DuckDBPyConnection) -> Mapping[tuple[str, str], list[str]]:
    """The KPIs that each stream feeds, in order, by source and stream."""
    fed: dict[tuple[str, str], list[str]] = {}
    for kpi, streams in connection.execute(f"{_FED_BY} order by kpi").fetchall():
        for place in streams:
            source, _, stream = place.partition(".")
            fed.setdefault((source, stream), []).append(kpi)
    return fed


def of_account(names: Iterable[str], account: str, kpis: Mapping[str, Kpi]) -> list[str]:
    """Those of some KPIs that have rows of an account. One kept in a sheet has those of its sheet's account alone."""
    return sorted(
        name for name in set(names) if name not in kpis or kpis[name].account in (None, account)
    )
