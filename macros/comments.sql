{#
    The comments on a relation's columns, of which dbt's `persist_docs` passes those that exist. dbt-duckdb's own
    macro looks the columns up a second time, which takes a sixth of a run's time in dbt.
#}
{% macro duckdb__alter_column_comment(relation, column_dict) %}
    {% for name, column in column_dict.items() %}
        comment on column {{ relation }}.{{ adapter.quote(name) }} is {{ duckdb_escape_comment(column.description) }};
    {% endfor %}
{% endmacro %}
