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
        {%- do missing.append(" or " ~ adapter.quote(column) ~ " is null") -%}
    {%- endfor %}
    select {{ key | join(", ") }}
    from {{ model }}
    {%- if by_hash %}
    where
        {{ hash_of(key) }} in (
            select {{ hash_of(key) }} from {{ model }}
            group by {{ hash_of(key) }}
            having count(*) > 1
        )
        {{ missing | join }}
    {%- endif %}
    group by {{ key | join(", ") }}
    having count(*) > 1{{ missing | join }}
{% endtest %}

{# A hash of some columns. Rows that differ seldom have the same. #}
{% macro hash_of(columns) -%}
    {{ return(adapter.dispatch("hash_of", "okra")(columns)) }}
{%- endmacro %}

{% macro default__hash_of(columns) -%}
    hash({{ columns | join(", ") }})
{%- endmacro %}
