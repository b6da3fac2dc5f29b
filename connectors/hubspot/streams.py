"""What is stored of HubSpot: deals and calls, contacts that were merged, owners, and pipelines.

Only the properties that are named here, or in a setting, are requested: no name of a deal, a company or a contact.
"""

from collections.abc import Mapping
from datetime import timedelta

import pyarrow as pa

from connectors.sdk.contract import Deletes, Stream, column

MOMENT = pa.timestamp("us", "UTC")
MODIFIED, CONTACT_MODIFIED = "hs_lastmodifieddate", "lastmodifieddate"
MERGED_IDS = "hs_merged_object_ids"
"""The ids that were merged into an object, separated by semicolons. It also has those of earlier merges."""
MERGED_INTO = column(
    "merged_into", pa.string(), "The id that it was merged into; null while it is there", null=True
)
ARCHIVED_AT = column(
    "archived_at",
    MOMENT,
    "When it was deleted, or at the latest merged; null while it is there",
    null=True,
)
CHANGED_AT = column("changed_at", MOMENT, "When it was last changed, or archived")
OWNER_ID = column("owner_id", pa.string(), "Who it belongs to", null=True)
LISTED_ON = column("listed_on", pa.date32(), "Day (UTC) whose list this is")

DEALS = Stream(
    name="deals",
    description="Deals, as they stand",
    schema=pa.schema(
        [
            column("deal_id", pa.string(), "HubSpot's id of the deal"),
            column("pipeline_id", pa.string(), "The pipeline it is in", null=True),
            column("stage_id", pa.string(), "The stage of the pipeline it has come to", null=True),
            OWNER_ID,
            column("amount", pa.string(), "What it is worth, decimal; null when nobody said",
                   unit="currency", null=True),
            column("currency", pa.string(), "ISO 4217; null in an account that has only one",
                   null=True),
            column("amount_in_company_currency", pa.string(),
                   "The amount, converted by HubSpot at the account's own rates, decimal",
                   unit="company_currency", null=True),
            column("company_currency", pa.string(), "ISO 4217; null where the key may not read it",
                   null=True),
            column("is_closed", pa.bool_(), "Whether it is won or lost", null=True),
            column("is_won", pa.bool_(), "Whether it is won", null=True),
            column("created_at", MOMENT, "When it was entered", null=True),
            column("closed_at", MOMENT, "When it was closed; of an open deal, when it should be",
                   null=True),
            column("close_day", pa.date32(),
                   "The day that the close date names, where it has no time of day", null=True),
            column("properties", pa.string(), "The properties that a setting adds, as JSON",
                   null=True),
            MERGED_INTO,
            ARCHIVED_AT,
            CHANGED_AT,
        ]
    ),
    key=("deal_id",),
    cursor="changed_at",
    counts_on="closed_at",
    mutable=True,
    deletes=Deletes.STATUS,
    gone="archived_at",
    arrives_within=timedelta(minutes=15),
    restates_for=timedelta(days=1),
    # a search of a few rows takes as long as one of two hundred, and only five a second are allowed
    windows_per_slice=92,
)  # fmt: skip

CALLS = Stream(
    name="calls",
    description="Phone calls that were logged, with the contacts they are about",
    schema=pa.schema(
        [
            column("call_id", pa.string(), "HubSpot's id of the call"),
            column("called_at", MOMENT, "When it took place; null once it was merged", null=True),
            column("direction", pa.string(), "Who called whom; null when nobody said",
                   null=True, values=("INBOUND", "OUTBOUND")),
            column("status", pa.string(), "COMPLETED, NO_ANSWER, BUSY, …; null when nobody said",
                   null=True),
            OWNER_ID,
            column("contact_ids", pa.list_(pa.string()), "The contacts, in the order of their ids"),
            MERGED_INTO,
            ARCHIVED_AT,
            CHANGED_AT,
        ]
    ),
    key=("call_id",),
    cursor="changed_at",
    counts_on="called_at",
    mutable=True,
    deletes=Deletes.STATUS,
    gone="archived_at",
    arrives_within=timedelta(minutes=15),
    restates_for=timedelta(days=7),
    windows_per_slice=92,
)  # fmt: skip

MERGED_CONTACTS = Stream(
    name="merged_contacts",
    description="Contacts that were merged into another: a call of before still has their id",
    schema=pa.schema(
        [
            column("contact_id", pa.string(), "HubSpot's id of the contact that is no more"),
            column("merged_into", pa.string(), "The id of the contact that stands for it"),
            column("changed_at", MOMENT, "When the contact that stands for it was last changed"),
        ]
    ),
    key=("contact_id",),
    cursor="changed_at",
    mutable=True,
    deletes=Deletes.NEVER,
    arrives_within=timedelta(minutes=15),
    restates_for=timedelta(days=1),
    windows_per_slice=92,
)

OWNERS = Stream(
    name="owners",
    description="Who deals and calls can belong to",
    schema=pa.schema(
        [
            LISTED_ON,
            column("owner_id", pa.string(), "HubSpot's id of the owner"),
            column(
                "kind", pa.string(), "A person, or a queue of several", values=("PERSON", "QUEUE")
            ),
            column("name", pa.string(), "First and last name; null without either", null=True),
            column("is_archived", pa.bool_(), "Whether the user is deactivated"),
            column("created_at", MOMENT, "When the owner was made"),
            column("updated_at", MOMENT, "When the owner last changed; once archived, since then"),
        ]
    ),
    key=("owner_id",),
    cursor="listed_on",
    windows_per_slice=92,
)

PIPELINES = Stream(
    name="pipelines",
    description="The pipelines that deals go through",
    schema=pa.schema(
        [
            LISTED_ON,
            column("pipeline_id", pa.string(), "HubSpot's id of the pipeline"),
            column("label", pa.string(), "What people call it"),
        ]
    ),
    key=("pipeline_id",),
    cursor="listed_on",
    windows_per_slice=92,
)

PROPERTIES: Mapping[str, Mapping[str, str]] = {
    DEALS.name: {
        "amount": "amount",
        "amount_in_home_currency": "amount_in_company_currency",
        "closedate": "closed_at",
        "createdate": "created_at",
        "deal_currency_code": "currency",
        "dealstage": "stage_id",
        "hs_is_closed": "is_closed",
        "hs_is_closed_won": "is_won",
        MODIFIED: "changed_at",
        "hubspot_owner_id": "owner_id",
        "pipeline": "pipeline_id",
    },
    CALLS.name: {
        "hs_call_direction": "direction",
        "hs_call_status": "status",
        MODIFIED: "changed_at",
        "hs_timestamp": "called_at",
        "hubspot_owner_id": "owner_id",
    },
}
"""The columns of HubSpot's properties."""


def modified_of(kind: str) -> str:
    """The property of an object that says when it last changed. Contacts have one of their own."""
    return CONTACT_MODIFIED if kind in ("contacts", "0-1") else MODIFIED


OF_SOME_ACCOUNTS = frozenset({"amount_in_home_currency", "deal_currency_code"})
"""Properties that an account with one currency may not have."""
