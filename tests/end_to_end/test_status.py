"""`okra status` and `okra restatements`, as a person asks them of the published file."""

import re

import pytest

from pipelines.commands import console
from tests.end_to_end.conftest import Home


def test_the_status_is_the_published_scorecard(sample: Home) -> None:
    document = sample.ask("status", "--json").document
    assert document["as_of"] == "2026-11-25"
    assert [row["objective_id"] for row in document["objectives"]] == [
        name for (name,) in sample.rows("select objective_id from objective_scores order by 1")
    ]


def test_the_status_of_the_day_is_what_was_believed_on_that_day(sample: Home) -> None:
    now = sample.ask("status", "--json").document
    as_believed = sample.ask("status", "--known-on", "2026-11-25", "--json").document
    assert as_believed["key_results"] == now["key_results"]


def test_nothing_was_known_before_the_first_run(sample: Home) -> None:
    done = sample.ask("status", "--known-on", "2026-11-24")
    assert done.code == 2
    assert done.err.strip() == (
        "okra: no score was known on 2026-11-24; the first score was written on 2026-11-25"
    )


def test_every_kpi_row_says_since_when_it_is_believed(sample: Home) -> None:
    assert sample.rows(
        "select count(*) from kpi_periods where known_from is null "
        "and (status <> 'partial' or dimension = 'total')"
    ) == [(0,)]


def test_a_first_run_has_restated_nothing(sample: Home) -> None:
    done = sample.ask("restatements")
    assert done.code == 0
    assert "Nothing that was published has been restated" in done.err


def test_the_status_draws_where_each_goal_came_from(
    sample: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console.out, "width", 140)
    lines = sample.ask("status").out.splitlines()
    # what needs attention is named above the table as well
    revenue = [line for line in lines if "Generate $2 million" in line][-1]
    quarters = [line for line in lines if "95 new prospects" in line][-1]
    # of revenue the distance to its pace, which rises and falls; the three quarters that are over had 91, 97 and 102
    [course] = re.findall("[▁▂▃▄▅▆▇█]{2,}", revenue)
    assert len(course) == 12
    assert list(course) != sorted(course)
    assert re.findall("[▁▂▃▄▅▆▇█]{2,}", quarters) == ["▁▄█"]


def test_an_earlier_belief_has_no_course_as_the_present_one_is_another(
    sample: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console.out, "width", 140)
    assert "Course" in sample.ask("status").out
    assert "Course" not in sample.ask("status", "--known-on", "2026-11-25").out
