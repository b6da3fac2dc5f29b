"""Meta Ads: the Graph API says in a body that it is asked too fast."""

from connectors.meta_ads.source import SOURCE
from connectors.sandbox.graph_api import error
from connectors.sandbox.meta_ads import serve
from tests.conformance.case import Case

CASE = Case(
    source=SOURCE,
    serve=serve,
    too_fast=(
        error(400, 32, "(#32) Page request limit reached"),
        error(403, 4, "(#4) Application request limit reached"),
    ),
)
