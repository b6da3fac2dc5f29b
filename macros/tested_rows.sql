{#
    The rows that a test looks at. In a build of changes alone, of a table that takes in windows: those of the windows that
    this run took.
#}
{% macro default__get_where_subquery(relation) -%}
    {%- set conditions = [config.get("where")] if config.get("where") else [] -%}
    {%- if execute and scope() == "changes" and target.type == "duckdb" -%}
        {%- set tested = graph.nodes.get(model.attached_node) -%}
        {%- if tested and tested.alias == relation.identifier and is_taken_by_window(tested) -%}
            {%- do conditions.append(was_taken_now(tested.alias)) -%}
        {%- endif -%}
    {%- endif -%}
    {%- if conditions -%}
        {{ return("(select * from " ~ relation ~ " where (" ~ conditions | join(") and (") ~ ")) as tested_rows") }}
    {%- endif -%}
    {{ return(relation) }}
{%- endmacro %}

{# For a rule across models: the rows of a model that a test looks at. #}
{% macro tested_rows(name) -%}
    {%- set relation = ref(name) -%}
    {%- if execute and scope() == "changes" and target.type == "duckdb" -%}
        {%- for node in graph.nodes.values() if node.name == name and is_taken_by_window(node) -%}
            {{ return("(select * from " ~ relation ~ " where " ~ was_taken_now(node.alias) ~ ")") }}
        {%- endfor -%}
    {%- endif -%}
    {{ return(relation) }}
{%- endmacro %}

{# A condition: the row is of a window that the table has taken in this run. The days are constants, for a view's sake. #}
{% macro was_taken_now(table) -%}
    {%- set query -%}
        select coalesce(list(distinct first_day), [])
        from {{ ledger() }}
        where taken_by = '{{ table }}' and run_id = {{ taking_run() }}
    {%- endset -%}
    {{ return(is_of_windows(fromjson(run_query(query).rows[0][0]))) }}
{%- endmacro %}
