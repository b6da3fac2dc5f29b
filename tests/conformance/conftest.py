from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connectors.lake.lake import Lake
from connectors.sandbox.served import Served
from tests.conformance.case import TODAY, Case, Pull, cases
from tests.conformance.proxy import Proxy, upstream_of

CASES = cases()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes `case` runs for every source, one that takes `stream` as well for every stream.

    Of what a source is not spoken to by, or has no server for, there is nothing to run: see `Case`.
    """
    names = metafunc.fixturenames
    if "case" not in names:
        return
    chosen = [case for case in CASES.values() if case.wire == "http" or "proxy" not in names]
    if "stream" in names:
        pairs = [
            (case, stream)
            for case in chosen
            for stream in case.source.streams
            if "rows" not in names or stream.name in case.placed
        ]
        ids = [f"{case.source.name}-{stream.name}" for case, stream in pairs]
        metafunc.parametrize(("case", "stream"), pairs, ids=ids)
    else:
        metafunc.parametrize("case", chosen, ids=[case.source.name for case in chosen])


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Case], Served]]:
    """The sample company's server of a source: one for all tests, as none changes what it holds."""
    up: dict[str, Served] = {}

    def served(case: Case) -> Served:
        name = case.source.name
        if name not in up:
            up[name] = case.serve(TODAY, tmp_path_factory.mktemp(name))
        return up[name]

    yield served
    for server in up.values():
        server.close()


@pytest.fixture
def served(case: Case, servers: Callable[[Case], Served]) -> Served:
    return servers(case)


@pytest.fixture
def puller(tmp_path: Path) -> Callable[[str], Pull]:
    """Makes pulls into a lake of that name."""
    return lambda name: Pull(Lake(tmp_path / name))


@pytest.fixture
def pulled(puller: Callable[[str], Pull]) -> Pull:
    """Pulls into the test's lake."""
    return puller("lake")


@pytest.fixture
def proxy(case: Case, served: Served) -> Iterator[Proxy]:
    """Stands before the source's server."""
    with Proxy(upstream_of(served.values)) as proxy:
        yield proxy
