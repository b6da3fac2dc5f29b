"""The table `key_result_levers` of the schema `okr`: each column with its type and meaning."""

from pipelines.tables.okr_tables import NUMBER, SHARE, ScoreTable

KEY_RESULT_LEVERS = ScoreTable(
    "key_result_levers",
    "What would bring each key result back that is at risk or off track: the smallest change of one driver, all "
    "else as it is forecast, with which its odds count as on track, or how far that driver can go. Arithmetic on a "
    "forecast: how much, not how",
    {
        "as_of": (
            "date not null",
            "The day that was played last: data up to the day before it; the table has no other day",
        ),
        "objective_id": ("varchar not null", "The objective's id, unique across all files"),
        "key_result_id": ("varchar not null", "objective_id/id of the key result"),
        "window": (
            "varchar not null",
            "The open window of per that is to be brought back; total for the key result as a whole",
        ),
        "asked_member": (
            "varchar not null",
            "The member of for_each that misses the goal; total for the key result as a whole",
        ),
        "driver": (
            "varchar not null",
            "rate (the KPI as a whole), member (one member of it alone), mix (what a ratio is taken over, moved from "
            "its worst member to its best), denominator (the same numerator over another one)",
        ),
        "dimension": (
            "varchar not null",
            "The dimension of the member that is changed; total for none",
        ),
        "member": (
            "varchar not null",
            "The member that is changed, of a mix both (south > north); total for none",
        ),
        "current_rate": (
            NUMBER,
            "Where the driver stands, as it is forecast: of a flow, a stock or a denominator what a day brings, of a "
            "ratio its value from here on, of a distinct count its period's, of a mix the worst member's share",
        ),
        "needed_rate": (
            NUMBER,
            "Where it has to stand, rounded to the side of enough; where that is not possible, how far it can go, "
            "NULL where nothing is known of that",
        ),
        "change": (
            NUMBER,
            "needed_rate less current_rate before rounding; of a flow, a stock or a denominator all that has to come "
            "more (or less) until the deadline, in whole units for counts",
        ),
        "change_pct": (
            SHARE,
            "The change over what the driver brings anyway: 0.5 is half as much again; NULL where it brings nothing",
        ),
        "possible": (
            "boolean not null",
            "Whether this driver alone can bring the key result back: no share above 1, no reduction of more than all",
        ),
        "probability": (
            SHARE,
            "The odds once the change is made, as key_result_scores publishes them; NULL where there are no odds",
        ),
        "rank": (
            "integer not null",
            "1 is the driver that has to move least of its own; what is not possible comes last",
        ),
        "unit": (
            "varchar not null",
            "Unit of current_rate, needed_rate and change; empty for a denominator",
        ),
        "why": ("varchar not null", "The change in words, or how far it can go"),
        "run_id": (
            "varchar not null",
            "Fingerprint of everything that went in; the table runs says who worked under it",
        ),
    },
    key=(
        "key_result_id",
        "window",
        "asked_member",
        "driver",
        "dimension",
        "member",
    ),
)
