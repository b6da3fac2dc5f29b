"""Buckets on the tests' object store, accessed with boto3."""

from datetime import timedelta
from typing import Any

from tests.object_store.server import KEY, SECRET, ObjectStore


class Bucket:
    """A bucket for one test."""

    def __init__(self, store: ObjectStore, name: str) -> None:
        self.store = store
        self.name = name
        import boto3

        self.client: Any = boto3.client(
            "s3",
            endpoint_url=store.endpoint,
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
            region_name="us-east-1",
        )
        self.client.create_bucket(Bucket=name)

    def every_key(self) -> list[str]:
        """The keys of all objects."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name)
        return [entry["Key"] for page in pages for entry in page.get("Contents", ())]

    def read(self, key: str) -> bytes:
        """The content of an object."""
        content: bytes = self.client.get_object(Bucket=self.name, Key=key)["Body"].read()
        return content

    def write(self, key: str, content: bytes) -> None:
        """Put an object."""
        self.client.put_object(Bucket=self.name, Key=key, Body=content)

    def age(self, hours: float) -> None:
        """Make all objects `hours` older, by the store's clock."""
        from moto.s3.models import s3_backends

        for backend in s3_backends.values():
            for regional in backend.values():
                if self.name in regional.buckets:
                    for key in regional.buckets[self.name].keys.values():
                        key.last_modified -= timedelta(hours=hours)
