"""Who answers for an asset, and by when it has to be made anew each morning."""

import re
from collections.abc import Sequence
from datetime import timedelta

import dagster as dg

DEFAULT_OWNER = "team:data"
"""Who answers for what no one is declared to own. Dagster accepts e-mail addresses and `team:` with a name."""
DEADLINE = "0 9 * * *"
"""What is made each morning is late when that of today is not there by nine."""
KPIS = "kpis"
"""The first folder of the keys of KPIs."""
PUBLISHED = dg.AssetKey(["published", "okra"])
_SINCE_MIDNIGHT = timedelta(hours=9)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


def owners_of(owner: str | None) -> Sequence[str]:
    """The owner as Dagster accepts it: what is no e-mail address is a team."""
    if not owner:
        return [DEFAULT_OWNER]
    return [owner if _EMAIL.fullmatch(owner) else f"team:{owner}"]


def freshness_in(zone: str) -> dg.FreshnessPolicy:
    """Fails where the asset was not made between midnight and the deadline in the business zone."""
    return dg.FreshnessPolicy.cron(DEADLINE, lower_bound_delta=_SINCE_MIDNIGHT, timezone=zone)


def answered_for(spec: dg.AssetSpec, freshness: dg.FreshnessPolicy) -> dg.AssetSpec:
    """The asset with an owner, and with `freshness` where it is a KPI or the published file."""
    if not spec.owners:
        spec = spec.replace_attributes(owners=[DEFAULT_OWNER])
    if spec.key == PUBLISHED or spec.key.path[0] == KPIS:
        spec = dg.apply_freshness_policy(spec, freshness)
    return spec
