"""What a pull set aside."""

from connectors.sdk.engine import StreamReport


def set_aside(report: StreamReport) -> dict[tuple[str, str], int]:
    """How many rows, by code and column. The stream itself has not failed."""
    assert report.error is None, report.error
    rows: dict[tuple[str, str], int] = {}
    for manifest in report.committed:
        for finding in manifest.findings:
            assert finding.is_set_aside
            reason = finding.what, finding.column
            rows[reason] = rows.get(reason, 0) + finding.rows
    return rows
