"""Why nothing can be loaded is told in the words of the fault, and not of the place where Dagster came across it."""

from pipelines.definitions import reason_of
from pipelines.errors import OkraError
from pipelines.warehouse.left_out import ModelsError


def wrapped(error: Exception) -> Exception:
    """The error as Dagster raises it: as the cause of its own."""
    try:
        try:
            raise error
        except Exception as cause:
            raise RuntimeError("Error while building definitions") from cause
    except RuntimeError as account:
        return account


def test_a_fault_that_a_person_can_mend_is_told_alone() -> None:
    fault = ModelsError("dbt cannot read the models: unexpected '}'")
    assert reason_of(wrapped(wrapped(fault))) is fault
    assert isinstance(fault, OkraError)


def test_what_is_a_bug_keeps_dagsters_account() -> None:
    account = wrapped(KeyError("x"))
    assert reason_of(account) is account
