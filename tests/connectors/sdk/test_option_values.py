"""Addresses and secrets that a request can be made with, and those that are refused."""

import pytest

from connectors.sdk.errors import CredentialError, Rejected
from connectors.sdk.option_values import header_value, usable_address


@pytest.mark.parametrize(
    ("address", "used"),
    [
        ("https://api.stripe.com", "https://api.stripe.com"),
        (" https://api.example.com:8443/v2/ ", "https://api.example.com:8443/v2"),
        ("http://127.0.0.1:8080/on/2026-04-01", "http://127.0.0.1:8080/on/2026-04-01"),
        ("http://localhost:1234", "http://localhost:1234"),
        ("http://[::1]:80/", "http://[::1]:80"),
    ],
)
def test_https_goes_anywhere_and_http_to_this_machine(address: str, used: str) -> None:
    assert usable_address(address, "X_BASE") == used


@pytest.mark.parametrize(
    "address",
    [
        "http://api.stripe.com",
        "http://127.0.0.1.example.com",
        "http://10.0.0.5:8080",
        "http://0.0.0.0",
        "ftp://127.0.0.1",
        "file:///etc/passwd",
        "https://user:pass@example.com",
        "https://example.com?token=1",
        "https://example.com#here",
        "https://example.com:port",
        "api.stripe.com",
        "",
    ],
)
def test_other_addresses_are_refused_by_the_name_of_their_option(address: str) -> None:
    with pytest.raises(Rejected) as caught:
        usable_address(address, "X_BASE")
    assert "X_BASE" in str(caught.value)
    assert caught.value.remedy


@pytest.mark.parametrize("secret", ["", "  ", "two words", "line\nbreak", "schlüssel"])
def test_a_secret_that_no_header_can_carry_is_refused_without_being_shown(secret: str) -> None:
    with pytest.raises(CredentialError) as caught:
        header_value(secret, "X_KEY")
    assert "X_KEY" in str(caught.value)
    assert not secret.strip() or secret.strip() not in str(caught.value)
    assert header_value(" rk_live_1\n", "X_KEY") == "rk_live_1"
