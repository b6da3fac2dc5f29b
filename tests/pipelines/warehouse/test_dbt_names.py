"""The lookup of macros that replaces dbt's own."""

import hashlib
import inspect
from typing import Any

import pytest
from dbt.context.macros import MacroNamespace

from pipelines.warehouse.dbt_names import flat_names

# dbt's parser says so of itself when it is imported
pytestmark = pytest.mark.filterwarnings("ignore:sqlglotrs is deprecated:DeprecationWarning")


def namespace() -> Any:
    """Names that are in several of the dictionaries, and one that is in each."""
    names: dict[str, Any] = {
        "global_namespace": {"everywhere": "root", "of_root": "root"},
        "local_namespace": {"everywhere": "node", "of_node": "node"},
        "global_project_namespace": {"everywhere": "dbt", "of_dbt": "dbt", "of_root": "dbt"},
        "packages": {"package": {}, "everywhere": {}, "dbt": {"theirs": "x"}},
    }
    return MacroNamespace(**names)


def test_each_name_means_what_it_means_to_dbt() -> None:
    own: dict[str, Any] = dict(namespace())
    assert own["everywhere"] == "node"
    with flat_names():
        assert dict(namespace()) == own
        assert len(namespace()) == len(own)
        assert namespace().get("no name") is None
        assert namespace().get_from_package("dbt", "of_root") == "dbt"
    assert MacroNamespace.__getitem__.__module__ == "dbt.context.macros"


def test_dbts_own_lookup_is_the_one_that_was_replaced() -> None:
    """Where dbt has changed it, compare `flat` with it anew."""
    source = inspect.getsource(MacroNamespace)
    assert hashlib.sha256(source.encode()).hexdigest()[:12] == "2f1043ea8b9a"
