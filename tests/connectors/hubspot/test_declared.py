"""Objects and properties of HubSpot that sources.yml declares."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pydantic import ValidationError

from connectors.hubspot.declared import ObjectForm
from connectors.hubspot.source import SOURCE
from connectors.lake.lake import Lake
from connectors.sandbox.crm_objects import CrmObject
from connectors.sandbox.hubspot import TOKEN, HubSpotServer
from connectors.sdk.contract import Source
from connectors.sdk.engine import StreamReport, pull
from connectors.sdk.errors import Drift, Rejected
from connectors.sdk.windows import Range
from tests.connectors.clock import unslept
from tests.connectors.set_aside import set_aside

NOVEMBER = Range(date(2026, 11, 1), date(2026, 11, 24))
THROUGH_25 = Range(date(2026, 11, 1), date(2026, 11, 25))
NOON, NEXT_DAY = (datetime(2026, 11, day, 12, tzinfo=UTC) for day in (25, 26))
TYPES = {"hours": "number", "due": "date", "opened": "datetime", "is_vip": "bool"}
TICKETS = {
    "object": "tickets",
    "properties": {
        "stage": "hs_pipeline_stage",
        "hours": "hours",
        "due_on": "due",
        "opened_at": "opened",
        "is_vip": "is_vip",
    },
}


def at(day: int, hour: int = 9) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def ticket(number: int, day: int, **properties: Any) -> CrmObject:
    archived = properties.pop("archived", None)
    given = {
        "content": "Ms Smith cannot sign in",
        "hs_pipeline_stage": "2",
        "hours": "1.5",
        "due": "2026-11-30",
        "opened": "2026-11-02T08:30:00.250Z",
        "is_vip": "true",
    }
    return CrmObject(number, given | properties, at(1), at(day), archived)


class Desk:
    """An account with tickets, and a lake that they are pulled into."""

    def __init__(self, lake: Lake) -> None:
        self.lake = lake
        self.server: HubSpotServer | None = None

    def serve(self, **objects: Any) -> HubSpotServer:
        given: dict[str, Any] = {"deals": (), "calls": (), "contacts": ()} | objects
        self.server = HubSpotServer(date(2026, 11, 25), searches_per_second=10**6, **given)
        self.server.types = TYPES
        return self.server

    @property
    def values(self) -> dict[str, str]:
        assert self.server
        return {"HUBSPOT_ACCESS_TOKEN": TOKEN, "HUBSPOT_API_BASE": self.server.address}

    def source(self, keys: dict[str, Any]) -> Source:
        declarable = SOURCE.declarable
        assert declarable and declarable.describe
        forms = {"support": ObjectForm.model_validate(keys)}
        schemas = declarable.describe(self.values, unslept(SOURCE), forms)
        return declarable.with_streams(SOURCE, forms, schemas)

    def pulled(
        self, source: Source, wanted: Range = NOVEMBER, now: datetime = NOON
    ) -> StreamReport:
        (report,) = pull(
            source,
            self.values,
            self.lake,
            wanted,
            only=["support"],
            now=lambda: now,
            calls=unslept(source),
        )
        return report

    def newest(self, source: Source) -> dict[str, dict[str, Any]]:
        stream = source.stream("support")
        rows = [
            row
            for window in self.lake.manifests("hubspot", "support")
            for row in self.lake.read("hubspot", stream, window).to_pylist()
        ]
        return {row["id"]: row for row in sorted(rows, key=lambda row: row["changed_at"])}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(Lake(tmp_path))
    yield desk
    if desk.server:
        desk.server.close()


def test_properties_come_in_hubspots_types_and_nothing_else_comes(desk: Desk) -> None:
    server = desk.serve(tickets=[ticket(7, 3), ticket(8, 4, hours=None, due="", is_vip="false")])
    source = desk.source(TICKETS)
    report = desk.pulled(source)
    assert (report.error, set_aside(report)) == (None, {})
    rows = desk.newest(source)
    assert rows["7"] == {
        "id": "7",
        "stage": "2",
        "hours": Decimal("1.500000000"),
        "due_on": date(2026, 11, 30),
        "opened_at": datetime(2026, 11, 2, 8, 30, 0, 250_000, tzinfo=UTC),
        "is_vip": True,
        "created_at": at(1),
        "merged_into": None,
        "archived_at": None,
        "changed_at": at(3),
    }
    assert (rows["8"]["hours"], rows["8"]["due_on"], rows["8"]["is_vip"]) == (None, None, False)
    held = b"".join(path.read_bytes() for path in Path(desk.lake.root).rglob("*") if path.is_file())
    assert b"Smith" not in held
    assert {x.path for x in server.asked if "tickets" in x.path} == {
        "/crm/properties/2026-09/tickets",
        "/crm/objects/2026-09/tickets/search",
        "/crm/objects/2026-09/tickets",
    }


def test_a_number_that_hubspot_calculated_is_kept_to_the_ninth_decimal(desk: Desk) -> None:
    desk.serve(tickets=[ticket(7, 3, hours="0.3333333333333333"), ticket(8, 3, hours="two")])
    source = desk.source(TICKETS)
    report = desk.pulled(source)
    assert set_aside(report) == {("wrong_type", "hours"): 1}
    assert desk.newest(source)["7"]["hours"] == Decimal("0.333333333")


def test_what_is_deleted_or_merged_is_gone(desk: Desk) -> None:
    """Ticket 7 is deleted on the 25th, and 8 and 9 are merged into 12 on that day."""
    server = desk.serve(tickets=[ticket(n, 3) for n in (7, 8, 9)])
    source = desk.source(TICKETS)
    desk.pulled(source)
    server.objects["tickets"][7] = ticket(7, 3, archived=at(25))
    server.merge("tickets", 8, 9, into=12, at=at(25, 10))
    report = desk.pulled(source, THROUGH_25, NEXT_DAY)
    assert (report.error, set_aside(report)) == (None, {})
    rows = desk.newest(source)
    gone = {key: (row["archived_at"], row["merged_into"]) for key, row in rows.items()}
    assert gone == {
        "7": (at(25), None),
        "8": (at(25, 10), "12"),
        "9": (at(25, 10), "12"),
        "12": (None, None),
    }
    assert rows["7"]["hours"] == Decimal("1.5")


def test_contacts_change_by_a_property_of_their_own(desk: Desk) -> None:
    person = CrmObject(
        901, {"lifecyclestage": "customer"}, at(1), at(3), modified_name="lastmodifieddate"
    )
    server = desk.serve(contacts=[person])
    source = desk.source({"object": "contacts", "properties": "lifecyclestage"})
    report = desk.pulled(source)
    assert (report.error, set_aside(report)) == (None, {})
    row = desk.newest(source)["901"]
    assert (row["lifecyclestage"], row["changed_at"]) == ("customer", at(3))
    [search, *_] = [x for x in server.asked if x.path.endswith("contacts/search")]
    assert b'"propertyName":"lastmodifieddate","operator":"GTE"' in search.body


def test_a_property_that_there_is_not_is_not_taken_for_an_empty_one(desk: Desk) -> None:
    desk.serve(tickets=[ticket(7, 3)])
    with pytest.raises(Rejected, match=r"no property 'houres'.*did you mean `hours`\?"):
        desk.source({"object": "tickets", "properties": ["houres"]})


def test_a_property_that_none_of_many_has_any_more_was_renamed(desk: Desk) -> None:
    server = desk.serve(tickets=[ticket(n, 3) for n in range(1, 21)])
    source = desk.source(TICKETS)
    for item in server.objects["tickets"].values():
        del item.properties["hours"]  # type: ignore[attr-defined]
    report = desk.pulled(source)
    assert isinstance(report.error, Drift)
    assert "hours" in str(report.error)


def test_an_object_that_hubspot_does_not_have_is_told_in_its_words(desk: Desk) -> None:
    desk.serve()
    with pytest.raises(Rejected, match="/crm/properties/2026-09/tikets gave HTTP 404"):
        desk.source({"object": "tikets", "properties": "hours"})


def test_the_columns_of_an_object(desk: Desk) -> None:
    desk.serve(tickets=[ticket(7, 3)])
    schema: Callable[[str], pa.Field] = desk.source(TICKETS).stream("support").schema.field
    moment = pa.timestamp("us", "UTC")
    kinds = {name: schema(name).type for name in TICKETS["properties"]}
    assert kinds == {
        "stage": pa.string(),
        "hours": pa.decimal128(38, 9),
        "due_on": pa.date32(),
        "opened_at": moment,
        "is_vip": pa.bool_(),
    }
    assert (schema("id").nullable, schema("changed_at").nullable) == (False, False)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"object": "Tickets"}, "`object: Tickets` is no object of HubSpot"),
        ({"properties": ["Deal Type"]}, "`Deal Type` is no internal name of a property"),
        ({"properties": {"id": "hs_object_id"}}, "`id` is a column that every object has"),
        ({"properties": {"a": "hours", "b": "hours"}}, "the property `hours` stands twice"),
        ({"properties": {"account": "hours"}}, "`account` is a column that Okra adds itself"),
    ],
)
def test_a_declaration_that_cannot_be_meant_is_refused(keys: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        ObjectForm.model_validate(TICKETS | keys)
    assert message in str(refusal.value)


@pytest.mark.parametrize("name", ["tickets", "line_items", "2-123", "p123_car_models"])
def test_objects_are_named_as_hubspot_names_them(name: str) -> None:
    assert ObjectForm.model_validate(TICKETS | {"object": name}).object == name
