"""YAML that people write: its data, or the one fault of a text that is none."""

from datetime import date

import pytest

from connectors.sdk.yaml_data import NotYamlError, yaml_data


def test_values_are_read_as_yaml_means_them() -> None:
    assert yaml_data("due: 2026-02-28\nover: no\n") == {"due": date(2026, 2, 28), "over": False}
    assert yaml_data("") is None


def test_texts_can_stay_as_they_are_written() -> None:
    written = {"due": "2026-02-30", "over": "no"}
    assert yaml_data("due: 2026-02-30\nover: no\n", texts_only=True) == written


@pytest.mark.parametrize(("text", "said"), [
    ("columns: [", "expected the node content"),
    ("due: 2026-02-30", "day"),
    ("[" * 5000, "nested too deep"),
    ("run: !!python/name:os.system", "python/name:os.system"),
    ("a\x00b", "special characters are not allowed"),
])  # fmt: skip
def test_what_is_no_yaml_is_one_fault_in_one_line(text: str, said: str) -> None:
    with pytest.raises(NotYamlError, match=said) as caught:
        yaml_data(text)
    assert "\n" not in str(caught.value)
