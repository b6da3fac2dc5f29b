"""The columns of declared streams that only their system knows, as it was asked for them last."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from connectors.lake.atomic_files import replace
from connectors.sdk.contract import Source, StreamForm


@dataclass(frozen=True)
class Described:
    """What a system answered about one declared stream."""

    fingerprint: str
    """Of the declaration and the connector. Another one is asked for again."""
    schema: pa.Schema | None = None
    fault: str = ""
    """Why there is no schema, and what to do about it."""


Descriptions = Mapping[str, Mapping[str, Described]]
"""By instance and stream."""


def fingerprint(source: Source, form: StreamForm) -> str:
    """Of a declaration: it changes with what is declared, and with the connector that reads it."""
    declared = [source.connector, source.version, form.model_dump(mode="json")]
    text = json.dumps(declared, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def read_descriptions(path: Path) -> Descriptions:
    """What was answered; nothing where there is no such file, or none that can be read: then it is asked again."""
    try:
        content = json.loads(path.read_bytes())
        return {
            instance: {stream: described(answer) for stream, answer in streams.items()}
            for instance, streams in content.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def described(answer: Mapping[str, str]) -> Described:
    """An answer as it was kept. Raises ValueError or KeyError."""
    encoded = answer.get("schema")
    schema = pa.ipc.read_schema(pa.py_buffer(base64.b64decode(encoded))) if encoded else None
    return Described(answer["fingerprint"], schema, answer.get("fault", ""))


def write_descriptions(path: Path, descriptions: Descriptions) -> None:
    """Keep what was answered, in one step."""
    content = {
        instance: {
            stream: {
                "fingerprint": answer.fingerprint,
                "columns": [] if answer.schema is None else answer.schema.names,  # for people
                "schema": ""
                if answer.schema is None
                else base64.b64encode(answer.schema.serialize().to_pybytes()).decode(),
                "fault": answer.fault,
            }
            for stream, answer in sorted(streams.items())
        }
        for instance, streams in sorted(descriptions.items())
    }
    text = json.dumps(content, indent=1) + "\n"
    replace(path, lambda temporary: temporary.write_text(text, "utf-8"))
