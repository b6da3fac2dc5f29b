"""The connectors there are: every module or folder of `connectors` that defines `SOURCE`. There is no list to keep.

A company's own are in the folder `connectors` of its project. One with the name of Okra's is taken instead of it. One
that cannot be imported is off, and no other.
"""

import importlib
import pkgutil
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import connectors
from connectors.sdk.contract import Source
from connectors.sdk.former_names import accept_former_names
from connectors.sdk.project import CHECKOUT, ProjectError, current_project

ROOMS = frozenset({"lake", "sandbox", "sdk"})
"""The folders of `connectors` that are no source."""
OURS = Path(__file__).parents[1]
"""The folder of Okra's own connectors."""


@dataclass(frozen=True)
class Broken:
    """A connector of the company's that cannot be used: where, why, and what to do about it."""

    file: Path
    line: int
    what: str
    remedy: str


@dataclass(frozen=True)
class OwnConnectors:
    """The connectors of a company's project, by name."""

    sources: Mapping[str, Source] = field(default_factory=dict)
    broken: Mapping[str, Broken] = field(default_factory=dict)


def sources() -> dict[str, Source]:
    """Every source by name, in the order of the names.

    A small source is one file, `connectors/<name>.py`; a larger one is a folder, with its `SOURCE` in `source.py`.
    """
    own = own_connectors()
    ours = {name: source for name, source in built_in().items() if name not in own.broken}
    return dict(sorted({**ours, **own.sources}.items()))


def sources_of_environment() -> dict[str, Source]:
    """The sources that settings alone can switch on. One without streams of its own needs `sources.yml` as well."""
    return {name: source for name, source in sources().items() if source.streams}


@cache
def built_in() -> dict[str, Source]:
    """The sources that come with Okra."""
    accept_former_names()
    declared: dict[str, Source] = {}
    for module in pkgutil.iter_modules([str(OURS)]):
        if module.name in ROOMS:
            continue
        name = f"connectors.{module.name}.source" if module.ispkg else f"connectors.{module.name}"
        source = getattr(importlib.import_module(name), "SOURCE", None)
        if isinstance(source, Source):
            declared[source.name] = source
    return declared


def own_connectors() -> OwnConnectors:
    """The connectors of the project, where it is a company's."""
    try:
        project = current_project()
    except ProjectError:
        return OwnConnectors()
    folder = project / "connectors"
    return OwnConnectors() if project == CHECKOUT or not folder.is_dir() else read_folder(folder)


@cache
def read_folder(folder: Path) -> OwnConnectors:
    """The connectors of a folder. Its modules can be imported as `connectors.<name>` from now on."""
    built_in()  # their modules are in place before others take their names
    if str(folder) not in connectors.__path__:
        connectors.__path__.append(str(folder))
    declared: dict[str, Source] = {}
    broken: dict[str, Broken] = {}
    for module in pkgutil.iter_modules([str(folder)]):
        file = folder / module.name / "source.py" if module.ispkg else folder / f"{module.name}.py"
        if module.name in ROOMS:
            what = f"`{module.name}` is the name of a folder of Okra's"
            broken[module.name] = Broken(file, 1, what, "give it another name")
            continue
        try:
            source = declared_in(folder, module.name, is_package=module.ispkg)
        except Exception as error:
            broken[module.name] = broken_by(error, folder, file)
            continue
        if source is None:  # what connectors share
            continue
        if source.name == module.name:
            declared[module.name] = source
        else:
            what = f"the source in it is called `{source.name}`"
            broken[module.name] = Broken(file, 1, what, f"call it `{module.name}` like its file")
    return OwnConnectors(declared, broken)


def declared_in(folder: Path, name: str, *, is_package: bool) -> Source | None:
    """The source that a module or package of the folder defines. Raises whatever its import does."""
    module = f"connectors.{name}"
    for loaded in [x for x in sys.modules if x == module or x.startswith(f"{module}.")]:
        del sys.modules[loaded]  # Okra's own of the same name
    file = folder / name / "__init__.py" if is_package else folder / f"{name}.py"
    places = [str(folder / name)] if is_package else None
    spec = spec_from_file_location(module, file, submodule_search_locations=places)
    assert spec is not None, "a file of Python has a loader"
    assert spec.loader is not None, "a file of Python has a loader"
    sys.modules[module] = module_from_spec(spec)
    spec.loader.exec_module(sys.modules[module])
    if is_package and (folder / name / "source.py").exists():
        module = f"{module}.source"
        importlib.import_module(module)
    source = getattr(sys.modules[module], "SOURCE", None)
    return source if isinstance(source, Source) else None


def broken_by(error: Exception, folder: Path, file: Path) -> Broken:
    """What an import failed at, and in which line."""
    if isinstance(error, SyntaxError):
        place = Path(error.filename or file)
        return Broken(place, error.lineno or 1, f"not Python: {error.msg}", "correct this line")
    frames = [
        x for x in traceback.extract_tb(error.__traceback__) if folder in Path(x.filename).parents
    ]
    place, line = (Path(frames[-1].filename), frames[-1].lineno or 1) if frames else (file, 1)
    if isinstance(error, ModuleNotFoundError):
        what = f"the module {error.name} is not there"
        return Broken(place, line, what, "install it beside Okra, or correct this line")
    # the text of an exception can hold anything, a secret as well
    what = f"the connector cannot be imported ({type(error).__name__})"
    return Broken(place, line, what, "correct this line")


def file_of(source: Source) -> Path:
    """The file of the connector of `source`."""
    name = f"connectors.{source.connector}"
    module = sys.modules.get(f"{name}.source") or sys.modules.get(name)
    if module is not None and module.__file__:
        return Path(module.__file__)
    package = OURS / source.connector / "source.py"
    return package if package.exists() else OURS / f"{source.connector}.py"
