{# Types, which the project writes as DuckDB does, and Spark has other names for. #}

{% macro spark_type(type) -%}
    {%- set type = type | lower -%}
    {%- set names = {
        "varchar": "string",
        "varchar[]": "array<string>",
        "map(varchar, varchar)": "map<string, string>",
        "timestamp with time zone": "timestamp",
    } -%}
    {{ return(names.get(type, type)) }}
{%- endmacro %}

{# The columns of a contract, as a query without rows that dbt compares with the model's own. #}
{% macro spark__get_empty_schema_sql(columns) -%}
    select
        {%- for column in columns.values() %}
        cast(null as {{ spark_type(column.data_type) }}) as `{{ column.name }}`{{ "," if not loop.last }}
        {%- endfor %}
{%- endmacro %}

{# The type of an instant. #}
{% macro instant_type() -%}
    {{ return(adapter.dispatch("instant_type", "okra")()) }}
{%- endmacro %}

{% macro default__instant_type() -%}
    timestamp with time zone
{%- endmacro %}

{% macro spark__instant_type() -%}
    {{ spark_type("timestamp with time zone") }}
{%- endmacro %}
