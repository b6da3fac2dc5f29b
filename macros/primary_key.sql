{#
    Fails for each combination of `columns` that more than one row has, and for each row that lacks one of `required`.
    `by_hash`: rows of the same hash are looked for first, which takes less time and memory where there are millions.
#}
{% test primary_key(model, columns, required=none, by_hash=false) %}
    {%- set key = [] -%}
    {%- for column in columns -%}
        {%- do key.append(adapter.quote(column)) -%}
    {%- endfor -%}
    {%- set missing = [] -%}
    {%- for column in (columns if required is none else required) -%}
        {%- do missing.append(adapter.quote(column) ~ " is null") -%}
    {%- endfor -%}
    {%- if by_hash %}
    select {{ key | join(", ") }}
    from {{ model }}
    where {{ hash_of(key) }} in ({{ repeated_hashes(model, key) }})
    group by {{ key | join(", ") }}
    having count(*) > 1
    {#- a query for each column, as only then the files' own counts of nulls answer it -#}
    {%- for lacks in missing %}
    union all
    select {{ key | join(", ") }}
    from {{ model }}
    where {{ lacks }}
    {%- endfor %}
    {%- else %}
    select {{ key | join(", ") }}
    from {{ model }}
    group by {{ key | join(", ") }}
    having {{ (["count(*) > 1"] + missing) | join(" or ") }}
    {%- endif %}
{% endtest %}

{# A hash of some columns. Rows that differ seldom have the same. #}
{% macro hash_of(columns) -%}
    {{ return(adapter.dispatch("hash_of", "okra")(columns)) }}
{%- endmacro %}

{% macro default__hash_of(columns) -%}
    hash({{ columns | join(", ") }})
{%- endmacro %}

{# The hashes that more than one row has, as a query. #}
{% macro repeated_hashes(model, columns) -%}
    {{ return(adapter.dispatch("repeated_hashes", "okra")(model, columns)) }}
{%- endmacro %}

{# DuckDB sorts 100 million numbers in half the time and memory that it takes to group them. #}
{% macro default__repeated_hashes(model, columns) %}
        select row_hash
        from (
            select row_hash, lag(row_hash) over (order by row_hash) as hash_before
            from (select {{ hash_of(columns) }} as row_hash from {{ model }}) as hashed_rows
        ) as sorted_rows
        where row_hash = hash_before
{%- endmacro %}
