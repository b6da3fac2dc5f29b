"""Where the web UI is: at the port that was asked for, else at the first free one."""

from socket import socket

import pytest

from pipelines.orchestration import instance
from pipelines.orchestration.instance import InstanceError, free_port


def test_a_port_that_is_taken_is_passed_over_unless_it_was_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        monkeypatch.setattr(instance, "FIRST_PORT", taken)
        assert taken < free_port(None) < taken + 20
        with pytest.raises(InstanceError, match=f"port {taken} is taken by another program; "):
            free_port(taken)
