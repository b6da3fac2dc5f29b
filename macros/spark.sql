{#
    Spark's spelling of what the other macros say for DuckDB. A stream is a temporary view of its committed rows
    (pipelines/warehouse/spark/lake_views.py). How tables are kept from run to run is in spark_partitions.sql.
#}

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

{% macro spark__instant_type() -%}
    {{ spark_type("timestamp with time zone") }}
{%- endmacro %}

{% macro spark__hash_of(columns) -%}
    xxhash64({{ columns | join(", ") }})
{%- endmacro %}

{# Spark would sort all rows in one task. #}
{% macro spark__repeated_hashes(model, columns) %}
        select {{ hash_of(columns) }}
        from {{ model }}
        group by {{ hash_of(columns) }}
        having count(*) > 1
{%- endmacro %}

{% macro spark__sorted_list(expression) -%}
    sort_array(collect_set({{ expression }}))
{%- endmacro %}

{% macro spark__each_element(list) -%}
    explode({{ list }})
{%- endmacro %}

{% macro spark__list_of(texts) -%}
    cast(array({% for text in texts %}{{ quoted(text) }}{{ ", " if not loop.last }}{% endfor %}) as array<string>)
{%- endmacro %}

{% macro spark__map_of(columns) -%}
    cast(
        map(
            {%- for column in columns %}
            {{ quoted(column) }}, coalesce(cast({{ adapter.quote(column) }} as string), 'unknown'){{ "," if not loop.last }}
            {%- endfor %}
        ) as map<string, string>
    )
{%- endmacro %}

{% macro spark__map_type() -%}
    map<string, string>
{%- endmacro %}

{# In Spark a backslash in a string begins an escape. #}
{% macro spark__quoted(text) -%}
    '{{ text | string | replace("\\", "\\\\") | replace("'", "\\'") }}'
{%- endmacro %}

{% macro spark__joined_texts(expression) -%}
    nullif(concat_ws(',', sort_array(collect_list({{ expression }}))), '')
{%- endmacro %}

{% macro spark__map_from_json(text) -%}
    from_json({{ text }}, 'map<string, string>')
{%- endmacro %}

{% macro spark__business_day(instant) -%}
    to_date(from_utc_timestamp({{ instant }}, '{{ business_zone() }}'))
{%- endmacro %}

{% macro spark__day_of(value) -%}
    case
        when typeof({{ value }}) = 'timestamp' then {{ business_day("cast(" ~ value ~ " as timestamp)") }}
        else to_date({{ value }})
    end
{%- endmacro %}

{% macro spark__add_seconds(number, instant) -%}
    timestamp_micros(unix_micros({{ instant }}) + {{ number }} * 1000000)
{%- endmacro %}

{# dbt's own macro adds seconds and makes a timestamp. #}
{% macro spark__add_days(number, day) -%}
    date_add({{ day }}, {{ number }})
{%- endmacro %}

{% macro spark__add_months(number, day) -%}
    add_months({{ day }}, {{ number }})
{%- endmacro %}

{% macro spark__days_from(first, last) -%}
    datediff({{ last }}, {{ first }})
{%- endmacro %}

{% macro spark__seconds_from(first, last) -%}
    unix_timestamp({{ last }}) - unix_timestamp({{ first }})
{%- endmacro %}

{# In Spark a sequence that ends before it begins is an error, not empty. #}
{% macro spark__each_day(first, last) -%}
    explode(case when {{ first }} <= {{ last }} then sequence({{ first }}, {{ last }}, interval 1 day) end)
{%- endmacro %}

{% macro spark__quotient(numerator, denominator) -%}
    cast({{ numerator }} / nullif({{ denominator }}, 0) as {{ amount_type() }})
{%- endmacro %}

{% macro spark__cross_rate(numerator, denominator) -%}
    cast(
        cast({{ numerator }} as decimal(18, 6)) / cast({{ denominator }} as decimal(18, 6))
        as {{ rate_type() }}
    )
{%- endmacro %}

{# Spark's mean of a decimal has four decimals more, if the precision has room for them. #}
{% macro spark__mean_rate(rate) -%}
    cast(avg(cast({{ rate }} as decimal(24, 12))) as {{ rate_type() }})
{%- endmacro %}

{# Narrower than DuckDB's: a product of the widest decimals would be rounded to six decimals before the cast. #}
{% macro spark__converted(amount, rate) -%}
    cast(
        cast({{ amount }} as decimal(26, 6)) * cast({{ rate }} as decimal(24, 12)) as {{ amount_type() }}
    )
{%- endmacro %}

{% macro spark__read_committed(source_name, stream) -%}
    (
        select
            *,
            {{ account_of("_file") }} as account,
            '{{ model_fingerprint() }}' as _loaded_by
        from {{ lake_view(source_name, stream) }}
        where {{ is_in_months_to_make() }}
    )
{%- endmacro %}

{% macro spark__digest(columns) -%}
    cast(0 as bigint)
{%- endmacro %}

{% macro spark__is_due(coverage) -%}
    true
{%- endmacro %}

{% macro spark__read_catalog(name, columns) -%}
    (
        select {% for column in columns -%} `{{ column }}`{{ ", " if not loop.last }} {%- endfor %}
        from lake__{{ name }}
    )
{%- endmacro %}

{% macro lake_view(source_name, stream) -%}
    lake__{{ source_name }}__{{ stream }}
{%- endmacro %}
