"""Asks systems for the columns of declared streams that only they know, once a declaration.

Definitions load without a call, from what was answered. A stream without an answer is left out until there is one.
"""

from collections.abc import Mapping

from connectors.sdk.contract import Source, StreamForm
from connectors.sdk.errors import SourceError
from connectors.sdk.opening import IMPORT_LOCK, diagnosed
from connectors.sdk.source_settings import as_set
from connectors.sdk.throttle import ThrottledCalls
from pipelines import settings as okra_settings
from pipelines.settings import Settings
from pipelines.settings.described_streams import (
    Described,
    fingerprint,
    read_descriptions,
    write_descriptions,
)


def with_described_streams(settings: Settings) -> Settings:
    """The settings with every declared stream whose system says what columns it has.

    Calls the systems of streams that have none yet. Why a system does not answer is a fault of the settings.
    """
    instances = settings.configured_instances
    asked = [
        name for name in settings.instances if name in instances and instances[name].undescribed
    ]
    if not asked:
        return settings
    kept = read_descriptions(settings.descriptions_path)
    answers = {
        name: {stream: x for stream, x in kept.get(name, {}).items() if stream in instance.forms}
        for name, instance in instances.items()
    }
    for name in asked:
        instance = instances[name]
        forms = {stream: instance.forms[stream] for stream in instance.undescribed}
        answers[name] |= describe(settings, instance.source, forms)
    write_descriptions(settings.descriptions_path, {x: y for x, y in answers.items() if y})
    return okra_settings.load()


def describe(
    settings: Settings, source: Source, forms: Mapping[str, StreamForm]
) -> Mapping[str, Described]:
    """What the system answers about each stream, or why it does not.

    Each is asked for by itself, so that a query with an error does not take the others with it.
    """
    return {stream: answer_about(settings, source, stream, form) for stream, form in forms.items()}


def answer_about(settings: Settings, source: Source, stream: str, form: StreamForm) -> Described:
    """What the system answers about one stream."""
    mark = fingerprint(source, form)
    assert source.declarable and source.declarable.describe
    try:
        values = settings.values_of(source) or {}
        tuned = as_set(source, values)
        calls = ThrottledCalls(tuned.limits, tuned.diagnose)
        with IMPORT_LOCK, diagnosed(source):
            schemas = source.declarable.describe(values, calls, {stream: form})
    except SourceError as error:
        return Described(mark, fault=str(error.renamed(source.written_as)))
    if stream not in schemas:
        return Described(mark, fault=f"{source.title} says nothing about its columns")
    return Described(mark, schemas[stream])
