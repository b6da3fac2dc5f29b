"""The values of an instance's options: what `sources.yml` says, the environment, files, and defaults."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from connectors.sdk import catalog
from connectors.sdk.contract import IN_HOME, Option, Source
from connectors.sdk.errors import CredentialError, Rejected
from connectors.sdk.source_settings import settings_of
from pipelines.settings.instance_form import OF_INSTALLATION, Value, is_taken, keys_of, taken_from
from pipelines.settings.secret_files import text_in
from pipelines.settings.sources_file import Entry


@dataclass(frozen=True)
class Surroundings:
    """What the values of instances are taken from."""

    environment: Mapping[str, str]
    home: Path
    project: Path
    """The folder that paths in the file start from."""
    shown: str
    """What the file is called in a fault."""


def values_in(
    environment: Mapping[str, str], source: Source, home: Path
) -> Mapping[str, str] | None:
    """The values of a source's options in the environment, or None when one without a default is missing.

    Look-backs and rates are given only where they are set, as a look-back that is set counts before that of the
    account, however equal to the default.
    """
    values = defaults(source, home)
    for option in settings_of(source):
        if option.name in environment:
            values[option.name] = placed(environment[option.name], option, home)
    return values if all(option.name in values for option in source.options) else None


def defaults(source: Source, home: Path) -> dict[str, str]:
    """The default of each option that has one. A file in the home is another for each instance."""
    values = {x.name: x.default for x in source.options if x.default is not None}
    for option in source.options:
        if IN_HOME in (option.default or ""):
            path = PurePosixPath(values[option.name]).with_stem(source.instance)
            values[option.name] = placed(str(path), option, home)
    return values


def placed(value: str, option: Option, home: Path) -> str:
    """`value`, in which `$OKRA_HOME` stands for that folder where the option's default has it."""
    return value.replace(IN_HOME, str(home)) if IN_HOME in (option.default or "") else value


def shared_options() -> frozenset[str]:
    """The options that several connectors have, such as GOOGLE_APPLICATION_CREDENTIALS."""
    counts = Counter(option.name for x in catalog.sources().values() for option in x.options)
    return frozenset(name for name, number in counts.items() if number > 1)


def values_of(entry: Entry, own: Surroundings, around: Surroundings) -> dict[str, str]:
    """The values of an entry's options. One that has none is left out. Raises `SourceError`."""
    source = entry.source
    values = defaults(source, own.home)
    is_unnamed = entry.instance == source.connector
    of_all = shared_options() | OF_INSTALLATION
    for option in settings_of(source):
        from_environment = own.environment if is_unnamed else {}
        if option.name in of_all:
            from_environment = around.environment
        if option.name in from_environment:
            values[option.name] = placed(from_environment[option.name], option, own.home)
    keys = {option.name: key for key, option in keys_of(source).items()}
    options = {option.name: option for option in settings_of(source)}
    for name, value in entry.values.items():
        text = text_of(value, f"`{keys[name]}` of {entry.instance}", around)
        values[name] = placed(text, options[name], own.home) if name in options else text
    return values


def text_of(value: Value, what: str, around: Surroundings) -> str:
    """The text that a written value stands for. Raises `SourceError`; a text of a secret is in no message."""
    if value.env:
        if not (text := around.environment.get(value.env)):
            raise CredentialError(
                f"{value.env} is not set, which {around.shown} names for {what}",
                "set it in .env or in the environment",
            )
        return text
    if value.file:
        text = text_in(around.project / Path(value.file).expanduser())
        if not text:
            raise CredentialError(
                f"the file {value.file}, which {around.shown} names for {what}, is missing or empty",
                "write the value into it, and let Okra read it",
            )
        return text
    if value.mapping is not None:
        return json.dumps(resolved(value.mapping, what, around))
    return value.text


def resolved(written: object, what: str, around: Surroundings) -> object:
    """A mapping in which `{env: NAME}` and `{file: path}` are the texts that they stand for. Raises `SourceError`."""
    if isinstance(written, list):
        return [resolved(item, what, around) for item in written]
    if not isinstance(written, dict):
        return written
    if not is_taken(written):
        return {key: resolved(value, what, around) for key, value in written.items()}
    try:
        value = taken_from(written)
    except ValueError as error:
        raise Rejected(f"{what}: {error}", f"correct it in {around.shown}") from None
    return text_of(value, what, around)
