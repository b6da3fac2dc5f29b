"""The table `schema_version` of the published file: one row that says what the file itself is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pipelines.tables.table import Table, columns_of

SCHEMA_VERSION = 1
"""Raised when a published column changes its meaning or goes; columns may be added under the same number."""


@dataclass(frozen=True)
class PublishedFile:
    """By which version of Okra the file was published, and when."""

    schema_version: Annotated[
        int, "Under one version columns are added; none goes, and none changes its meaning"
    ]
    okra_version: Annotated[str, "The version of Okra that published the file"]
    published_at: Annotated[datetime, "When the file was published"]


PUBLISHED_FILE = Table(
    "schema_version",
    "What this file is: one row. A reader that relies on columns checks it first",
    columns_of(PublishedFile),
    schema="published.main",
)
