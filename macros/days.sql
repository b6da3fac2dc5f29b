{# Days and months, for engines that add intervals to dates in their own ways. #}

{# The business day on which an instant falls. #}
{% macro business_day(instant) -%}
    {{ return(adapter.dispatch("business_day", "okra")(instant)) }}
{%- endmacro %}

{% macro default__business_day(instant) -%}
    cast(timezone('{{ business_zone() }}', {{ instant }}) as date)
{%- endmacro %}

{% macro spark__business_day(instant) -%}
    to_date(from_utc_timestamp({{ instant }}, '{{ business_zone() }}'))
{%- endmacro %}

{% macro add_days(number, day) -%}
    {{ return(adapter.dispatch("add_days", "okra")(number, day)) }}
{%- endmacro %}

{% macro default__add_days(number, day) -%}
    cast({{ dbt.dateadd("day", number, day) }} as date)
{%- endmacro %}

{# dbt's own goes by way of seconds. #}
{% macro spark__add_days(number, day) -%}
    date_add({{ day }}, {{ number }})
{%- endmacro %}

{% macro add_months(number, day) -%}
    {{ return(adapter.dispatch("add_months", "okra")(number, day)) }}
{%- endmacro %}

{% macro default__add_months(number, day) -%}
    cast({{ dbt.dateadd("month", number, day) }} as date)
{%- endmacro %}

{% macro spark__add_months(number, day) -%}
    add_months({{ day }}, {{ number }})
{%- endmacro %}

{# The first day of the day's week (ISO, Monday) or month. #}
{% macro first_of(part, day) -%}
    cast({{ dbt.date_trunc(part, day) }} as date)
{%- endmacro %}

{# How many days lie between two dates, the first not counted. #}
{% macro days_from(first, last) -%}
    {{ return(adapter.dispatch("days_from", "okra")(first, last)) }}
{%- endmacro %}

{% macro default__days_from(first, last) -%}
    {{ dbt.datediff(first, last, "day") }}
{%- endmacro %}

{% macro spark__days_from(first, last) -%}
    datediff({{ last }}, {{ first }})
{%- endmacro %}

{# In a select list: one row for each day from `first` to `last`, both included. #}
{% macro each_day(first, last) -%}
    {{ return(adapter.dispatch("each_day", "okra")(first, last)) }}
{%- endmacro %}

{% macro default__each_day(first, last) -%}
    cast(unnest(generate_series({{ first }}, {{ last }}, interval 1 day)) as date)
{%- endmacro %}

{# To Spark a sequence that ends before it begins is an error, not an empty one. #}
{% macro spark__each_day(first, last) -%}
    explode(case when {{ first }} <= {{ last }} then sequence({{ first }}, {{ last }}, interval 1 day) end)
{%- endmacro %}

{#
    The first day of the fiscal quarter (3), half (6) or year (12) that a day falls in: the months since
    the fiscal year began, counted from the day's own month, are taken off.
#}
{% macro fiscal_start(months, day) -%}
    {%- set since = "(extract(month from " ~ day ~ ") + 12 - " ~ fiscal_year_start() ~ ") % " ~ months -%}
    {{ add_months("-1 * cast(" ~ since ~ " as integer)", first_of("month", day)) }}
{%- endmacro %}

{# Whether a period (day, week, month, …) is as long as another or longer; both are columns. #}
{% macro is_as_long(period, other) -%}
    {{ length_rank(period) }} >= {{ length_rank(other) }}
{%- endmacro %}

{% macro length_rank(period) -%}
    case {{ period }}
        {%- for name in ["day", "week", "month", "quarter", "half", "year"] %}
        when '{{ name }}' then {{ loop.index }}
        {%- endfor %}
    end
{%- endmacro %}

{# The first day of the day, week, month or fiscal quarter that a day falls in; both are columns. #}
{% macro start_of(period, day) -%}
    case {{ period }}
        when 'week' then {{ first_of("week", day) }}
        when 'month' then {{ first_of("month", day) }}
        when 'quarter' then {{ fiscal_start(3, day) }}
        else {{ day }}
    end
{%- endmacro %}
