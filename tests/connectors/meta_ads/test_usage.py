"""What is left of the hour's usage, as Facebook's headers tell it."""

import pytest

from connectors.sdk.graph_api import usage_left

BUSINESS = (
    '{"66782684": [{"type": "ads_insights", "call_count": 12, "total_cputime": 25, "total_time": 88, '
    '"estimated_time_to_regain_access": 0}]}'
)
APP = '{"call_count": 28, "total_cputime": 25, "total_time": 31}'


@pytest.mark.parametrize(
    ("headers", "left"),
    [
        ({"X-App-Usage": APP}, "69 % of the hour's usage"),
        ({"X-Business-Use-Case-Usage": BUSINESS}, "12 % of the hour's usage"),
        ({"X-App-Usage": APP, "X-Business-Use-Case-Usage": BUSINESS}, "12 % of the hour's usage"),
        ({"X-App-Usage": '{"call_count": 104}'}, "0 % of the hour's usage"),
        ({"X-App-Usage": "{}"}, ""),
        ({"X-App-Usage": "soon"}, ""),
        ({}, ""),
    ],
)
def test_what_is_used_most_says_what_is_left(headers, left):
    assert usage_left(lambda name: headers.get(name, "")) == left
