{# What an owner without a name goes by. Its id is unique within its account only. #}
{% macro owner_without_name(table) -%}
    {{ dbt.concat([
        "'owner '",
        table ~ ".owner_id",
        "case when " ~ table ~ ".account = 'main' then '' else ' (' || " ~ table ~ ".account || ')' end",
    ]) }}
{%- endmacro %}
