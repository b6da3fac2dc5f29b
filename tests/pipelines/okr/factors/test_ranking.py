"""Which dimension to show first."""

from decimal import Decimal

from pipelines.okr.factors.ranking import explain, in_order, surprises


def test_surprise_is_a_members_term_of_the_jensen_shannon_divergence(plain):
    """Of two halves, a becomes all and b nothing (p then, q now).

    a: p = 1/2, q = 1, mean 3/4: ½ (½ ln ⅔ + ln 4/3) = ½ (−0.202733 + 0.287682) = 0.042475
    b: p = 1/2, q = 0, mean 1/4: ½ · ½ ln 2 = 0.173287
    """
    surprise = surprises(plain(a=10), plain(a=5, b=5))
    assert surprise == {("a",): Decimal("0.042475"), ("b",): Decimal("0.173287")}


def test_moving_with_the_whole_is_no_surprise(plain):
    assert set(surprises(plain(a=10, b=30), plain(a=5, b=15)).values()) == {0}


def test_of_a_ratio_the_surprise_of_both_sides_is_added(ratios):
    """Both sides moved as above: twice 0.0424748, and twice 0.1732868."""
    surprise = surprises(ratios(a=(10, 14), b=(0, 0)), ratios(a=(5, 7), b=(5, 7)))
    assert surprise == {("a",): Decimal("0.084950"), ("b",): Decimal("0.346574")}


def test_without_a_whole_there_are_no_shares(plain):
    assert surprises(plain(a=0), plain(a=5)) == {("a",): 0}


def explained(now, before):
    parts = {
        member: int(now[member].numerator - before[member].numerator) if member in now else 0
        for member in before
    }
    return explain(parts, surprises(now, before), sum(parts.values()))


def test_the_dimension_in_which_one_member_moved_comes_before_that_in_which_all_did(plain):
    """Orders fell from 100 to 70: by device all on mobile, by channel as much everywhere."""
    device = explained(plain(mobile=30, desktop=40), plain(mobile=60, desktop=40))
    channel = explained(plain(email=35, ads=35), plain(email=50, ads=50))
    assert (device.members, device.explained) == ((("mobile",),), 1)
    assert (channel.explained, channel.surprise) == (1, 0)
    assert in_order({"channel": channel, "device": device}) == ["device", "channel"]


def test_a_dimension_that_explains_too_little_comes_last(plain):
    """Eleven members with a eleventh of the change each: none has the power to be part of one."""
    before = plain(**{f"m{n}": 10 for n in range(11)})
    now = plain(**{f"m{n}": 9 for n in range(11)})
    scattered = explained(now, before)
    assert (scattered.members, scattered.is_enough) == ((), False)
    whole = explained(plain(all=99), plain(all=110))
    assert in_order({"a_scattered": scattered, "one": whole}) == ["one", "a_scattered"]


def test_where_nothing_changed_in_sum_the_most_surprising_dimension_comes_first(plain):
    unchanged = explained(plain(a=5, b=5), plain(a=5, b=5))
    swapped = explained(plain(a=9, b=1), plain(a=1, b=9))
    assert in_order({"a_still": unchanged, "swapped": swapped}) == ["swapped", "a_still"]
