from connectors.sandbox.http_server import RequestsPerSecond


def test_a_ceiling_holds_for_any_second_wherever_it_begins() -> None:
    now = 0.0
    ceiling = RequestsPerSecond(3, clock=lambda: now)
    for moment in (0.8, 0.9, 1.1):
        now = moment
        assert ceiling.allows("list")
    now = 1.2  # another second by the clock on the wall, and only 0.4 since the first
    assert not ceiling.allows("list")
    assert ceiling.allows("account")
    now = 1.85
    assert ceiling.allows("list")
    assert not ceiling.allows("list")
