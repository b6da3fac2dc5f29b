"""The table `key_result_courses` of the schema `okr`: each column with its type and meaning."""

from pipelines.tables.okr_tables import NUMBER, ScoreTable

KEY_RESULT_COURSES = ScoreTable(
    "key_result_courses",
    "The course of each key result by day, for charts: where it stood, where its pace would have it, and where its "
    "futures lead. At most 60 days each, the last is the deadline. What is scored by windows or members has none: "
    "they are rows of key_result_scores",
    {
        "as_of": (
            "date not null",
            "The day that was played last: data up to the day before it; the table has no other day",
        ),
        "key_result_id": ("varchar not null", "objective_id/id of the key result"),
        "day": ("date not null", "A day of the course"),
        "actual": (
            NUMBER,
            "What the goal is held against, to date, in unit: a total since the start, a level as it stood; NULL "
            "after data_through, and where there was no data yet",
        ),
        "pace": (
            NUMBER,
            "The value whose score would be the expected one on that day, in unit; NULL for a band",
        ),
        "forecast_p10": (
            NUMBER,
            "In unit: 1 in 10 futures are lower on that day; NULL up to data_through, and without odds",
        ),
        "forecast_p50": (NUMBER, "In unit: half of the futures are lower on that day"),
        "forecast_p90": (NUMBER, "In unit: 1 in 10 futures are higher on that day"),
        "run_id": (
            "varchar not null",
            "Fingerprint of everything that went in; the table runs says who worked under it",
        ),
    },
    key=("key_result_id", "day"),
)
