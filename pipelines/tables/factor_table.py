"""The table `kpi_factors` of the schema `okr`: each column with its type and meaning."""

from pipelines.tables.okr_tables import NUMBER, SHARE, ScoreTable

KPI_FACTORS = ScoreTable(
    "kpi_factors",
    "What each member brought to a KPI's change; the contributions of a dimension sum to the change exactly. "
    "Arithmetic, no causes. A distinct count has no members that add up, so only its change as a whole is here",
    {
        "as_of": (
            "date not null",
            "The day that was played last: data up to the day before it; the table has no other day",
        ),
        "kpi": ("varchar not null", "Name of the KPI"),
        "period": (
            "varchar not null",
            "month, quarter, half or year (fiscal); against a target also day, week, or course: the key result's "
            "own days",
        ),
        "period_start": ("date not null", "First day of the period"),
        "period_end": ("date not null", "Last day of the period"),
        "data_through": (
            "date not null",
            "Last day that was counted; before period_end it is a part",
        ),
        "compared_with": (
            "varchar not null",
            "previous (the period before), last_year (the same period a year before), published (the period before as "
            "it was first published, where it has been restated since) or target (of a key result)",
        ),
        "reference": (
            "varchar not null",
            "The days compared with (2026-10, 2026-10-01..2026-10-24), or the key_result_id whose target it is",
        ),
        "compared_from": (
            "date",
            "First day compared with; of a target: first day of those by which it was split, NULL if it was not",
        ),
        "compared_to": ("date", "Last day compared with; of a target as above"),
        "dimension": (
            "varchar not null",
            "total for the change itself; a dimension; dimensions inside each other (product > color); or whole, of a "
            "KPI without dimensions of which a restatement is told apart",
        ),
        "member": (
            "varchar not null",
            "Member of the dimension (widget, widget > green), unknown for rows without one; total for the whole",
        ),
        "effect": (
            "varchar not null",
            "change (its own amount), mix (its weight in a ratio), rate (its own ratio), remaining (the part of a "
            "target that is not due yet), currency (what exchange rates did: the rest beyond the change at the mean of "
            "both periods' rates), restatement (what became of the period before since it was published)",
        ),
        "contribution": (
            NUMBER + " not null",
            "What the effect brought, in unit at the KPI's precision; of the total: value less previous_value, "
            "rounded. A gap to a target is actual less target",
        ),
        "value": (NUMBER, "Value in the period; NULL where the member had none"),
        "previous_value": (
            NUMBER,
            "Value compared with; against a target: the member's part of what is due by data_through",
        ),
        "share": (
            SHARE,
            "contribution over the change, which is its explanatory power; NULL without a change",
        ),
        "rank": ("integer not null", "1 is the largest contribution of its dimension, up or down"),
        "dimension_rank": (
            "integer not null",
            "1 is the dimension to show first: few members explain most of the change, and moved the most against "
            "the others; 0 is the total",
        ),
        "surprise": (
            SHARE,
            "How far the member's share of the whole moved: its term of the Jensen-Shannon divergence, 0 to 0.693147; "
            "of a ratio the sum of both its sides",
        ),
        "unit": ("varchar not null", "Unit of contribution, value and previous_value"),
        "trust": (
            "varchar not null",
            "ok, or what is not to be trusted in either period, comma-separated",
        ),
        "why": (
            "varchar",
            "The change and its largest parts in words, on the row of the total; else NULL",
        ),
        "run_id": (
            "varchar not null",
            "Fingerprint of everything that went in; the table runs says who worked under it",
        ),
    },
    key=(
        "kpi",
        "period",
        "period_start",
        "compared_with",
        "reference",
        "dimension",
        "member",
        "effect",
    ),
)
