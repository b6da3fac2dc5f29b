"""Which lever comes first: the one that has to change least, of those whose change has a size."""

from datetime import date

START = date(2026, 8, 1)
AS_OF = date(2026, 11, 15)
DAYS = (AS_OF - START).days


def test_what_grows_is_told_before_what_does_not(by_member, levers):
    """The blog gains what the shop loses: only the blog's growth can be a half more."""
    facts = by_member("likes", "page", START, DAYS, blog=lambda n: 200 + n, shop=lambda n: 900 - n)
    ranked = levers("kpi: likes\nat_least: 1150", facts, AS_OF)
    assert [(lever.member, lever.rank) for lever in ranked] == [
        ("blog", 1),
        ("total", 2),
        ("shop", 3),
    ]
    blog, total, shop = ranked
    assert blog.change_pct is not None
    assert (total.change_pct, shop.change_pct) == (None, None)
    assert {lever.change for lever in ranked} == {blog.change}


def test_of_the_same_change_the_smallest_share_comes_first(by_member, levers):
    facts = by_member("deals", "rep", START, DAYS, kim=4, lee=2)
    ranked = levers("kpi: deals\nat_least: 500", facts, AS_OF)
    # it is a smaller share of all deals than of kim's, and of kim's than of lee's
    assert [lever.member for lever in ranked] == ["total", "kim", "lee"]
    assert ranked[0].as_of == AS_OF
