"""A source of dlt's, named in sources.yml: which function is called with what, and what its rows become."""

import importlib.util
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.dlt import SOURCE, ResourceStream
from connectors.lake.lake import Lake
from connectors.sandbox.http_server import JsonServer, Reply, Request
from connectors.sdk.contract import Source
from connectors.sdk.engine import StreamReport, pull
from connectors.sdk.errors import CredentialError, Drift, Rejected
from connectors.sdk.windows import Range
from tests.connectors.clock import unslept

pytestmark = [
    pytest.mark.skipif(importlib.util.find_spec("dlt") is None, reason="dlt is optional"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning"),
]
MONDAY = Range(date(2026, 11, 2), date(2026, 11, 2))
ISSUES: Mapping[str, Any] = {
    "key": "id",
    "append": "opened_at",
    "columns": {
        "id": "integer",
        "hours": {"path": "work.hours", "type": "decimal"},
        "opened_at": "timestamp",
    },
}
HERE = "tests.connectors.test_dlt"


def issue(number: int, **more: Any) -> dict[str, Any]:
    given = {"opened_at": "2026-11-02T09:00:00Z", "work": {"hours": "1.5"}, "body": "private"}
    return {"id": number} | given | more


def desk(owner: str, pages: int = 1, is_open: bool = True, since: str = "", until: str = "") -> Any:
    """What a user's package has: a source of two resources, made with dlt."""
    import dlt

    @dlt.resource(name="issues")
    def issues() -> Iterator[Any]:
        for page in range(pages):
            yield [issue(10 * page + n) for n in (1, 2)]

    @dlt.resource(name="asked")
    def asked() -> Iterator[Any]:
        yield issue(7, work={"hours": 2}, owner=owner, pages=pages, is_open=is_open, since=since)

    @dlt.source  # type: ignore[attr-defined,untyped-decorator]
    def whole() -> Any:
        return issues, asked

    return whole()


def over_http(address: str, token: str, session: Any) -> Iterator[Any]:
    """A function without dlt's decorators, that takes a session."""
    answer = session.get(f"{address}/issues", headers={"Authorization": f"Bearer {token}"})
    answer.raise_for_status()
    yield from answer.json()


def typed_rows() -> Iterator[Any]:
    """Rows with values of Python's own."""
    opened = datetime(2026, 11, 2, 9, tzinfo=UTC)
    yield issue(1, opened_at=opened, work={"hours": Decimal("0.25")})


class Pulled:
    """What is pulled into a lake."""

    def __init__(self, lake: Lake) -> None:
        self.lake = lake

    def source(self, stream: str, keys: Mapping[str, Any]) -> Source:
        assert SOURCE.declarable
        forms = {stream: ResourceStream.model_validate(keys)}
        return SOURCE.declarable.with_streams(SOURCE, forms, {})

    def __call__(
        self,
        function: str,
        stream: str = "issues",
        keys: Mapping[str, Any] = ISSUES,
        wanted: Range = MONDAY,
        **args: Any,
    ) -> tuple[StreamReport, list[dict[str, Any]]]:
        source = self.source(stream, keys)
        values = {"DLT_SOURCE": f"{HERE}.{function}", "DLT_ARGS": json.dumps(args)}
        (report,) = pull(
            source,
            values,
            self.lake,
            wanted,
            now=lambda: datetime(2026, 11, 25, 12, tzinfo=UTC),
            calls=unslept(source),
        )
        declared = source.stream(stream)
        rows = [
            row
            for window in sorted(self.lake.manifests("dlt", stream))
            for row in self.lake.read("dlt", declared, window).to_pylist()
        ]
        return report, rows


@pytest.fixture
def pulled(tmp_path: Path) -> Pulled:
    return Pulled(Lake(tmp_path))


def test_the_rows_of_a_resource_have_the_declared_columns_and_no_others(pulled: Pulled) -> None:
    report, rows = pulled("desk", owner="acme")
    assert report.error is None
    nine = datetime(2026, 11, 2, 9, tzinfo=UTC)
    hours = Decimal("1.500000000")
    assert rows == [{"id": n, "hours": hours, "opened_at": nine} for n in (1, 2)]


def test_arguments_come_as_text_and_are_given_in_the_types_of_the_function(pulled: Pulled) -> None:
    columns = {"owner": "text", "pages": "integer", "is_open": "boolean"}
    keys = {**ISSUES, "columns": {**ISSUES["columns"], **columns}}
    _, rows = pulled("desk", "asked", keys, owner="acme", pages="3", is_open="false")
    [row] = rows
    assert (row["owner"], row["pages"], row["is_open"]) == ("acme", 3, False)


def test_a_range_of_days_is_an_argument_of_the_function(pulled: Pulled) -> None:
    columns = {**ISSUES["columns"], "since": "text"}
    keys = {**ISSUES, "columns": columns, "since": "since", "until": "until"}
    _, rows = pulled("desk", "asked", keys, owner="acme")
    assert [row["since"] for row in rows] == ["2026-11-01T23:59:59Z"]


def test_values_of_pythons_own_types_are_taken(pulled: Pulled) -> None:
    report, rows = pulled("typed_rows")
    assert report.error is None
    assert rows[0]["hours"] == Decimal("0.25")


def test_a_stream_may_have_another_name_than_its_resource(pulled: Pulled) -> None:
    _, rows = pulled("desk", "tickets", {**ISSUES, "resource": "issues"}, owner="acme", pages="2")
    assert [row["id"] for row in rows] == [1, 2, 11, 12]


def test_what_cannot_be_asked_for_by_days_is_asked_for_once(pulled: Pulled) -> None:
    year = Range(date(2026, 1, 1), date(2026, 11, 24))
    report, rows = pulled("desk", wanted=year, owner="acme")
    assert (report.error, len(rows)) == (None, 2)


def test_a_session_keeps_the_secret_in_its_header_and_reports_refusals(pulled: Pulled) -> None:
    asked: list[Request] = []
    replies = [Reply(503, {}), Reply(200, [issue(1)]), Reply(401, {"token": "s3cret"})]

    def answer(request: Request) -> Reply:
        asked.append(request)
        return replies[len(asked) - 1]

    with JsonServer(answer) as server:
        report, rows = pulled("over_http", address=server.address, token="s3cret")
        assert (report.error, len(rows)) == (None, 1)
        later = Range(date(2026, 11, 3), date(2026, 11, 3))
        report, _ = pulled("over_http", wanted=later, address=server.address, token="s3cret")
    assert {request.headers["authorization"] for request in asked} == {"Bearer s3cret"}
    assert isinstance(report.error, CredentialError)
    assert "s3cret" not in str(report.error)


@pytest.mark.parametrize(
    ("function", "stream", "args", "message"),
    [
        ("desk", "issues", {}, "needs the argument 'owner'; add it to `args`"),
        ("desk", "issues", {"onwer": "x"}, "takes no argument 'onwer'; did you mean `owner`?"),
        ("desk", "issues", {"owner": "x", "pages": "many"}, "the argument 'pages' of"),
        ("desk", "isues", {"owner": "x"}, "no resource 'isues'; did you mean `issues`?"),
        ("ISSUES", "issues", {}, "is no function"),
        ("desks", "issues", {}, "is no function"),
    ],
)
def test_a_wrong_name_or_argument_is_told(
    pulled: Pulled, function: str, stream: str, args: dict[str, Any], message: str
) -> None:
    report, _ = pulled(function, stream, **args)
    assert isinstance(report.error, Rejected)
    assert message in str(report.error)


def test_a_package_that_is_not_installed_is_named(pulled: Pulled) -> None:
    source = pulled.source("issues", ISSUES)
    (report,) = pull(
        source,
        {"DLT_SOURCE": "no_such_package.issues"},
        pulled.lake,
        MONDAY,
        now=lambda: datetime(2026, 11, 25, 12, tzinfo=UTC),
        calls=unslept(source),
    )
    assert "cannot be imported (no_such_package)" in str(report.error)


def test_a_column_that_no_row_has_is_named(pulled: Pulled) -> None:
    keys = {**ISSUES, "columns": {**ISSUES["columns"], "colour": "text"}}
    report, _ = pulled("desk", keys=keys, owner="acme")
    assert isinstance(report.error, Drift)
    assert "'colour'" in str(report.error)
