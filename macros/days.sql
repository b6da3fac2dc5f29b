{# Instants, days and periods, which the engines spell in their own ways. #}

{# The type of an instant. #}
{% macro instant_type() -%}
    {{ return(adapter.dispatch("instant_type", "okra")()) }}
{%- endmacro %}

{% macro default__instant_type() -%}
    timestamp with time zone
{%- endmacro %}

{# The business day on which an instant falls. #}
{% macro business_day(instant) -%}
    {{ return(adapter.dispatch("business_day", "okra")(instant)) }}
{%- endmacro %}

{% macro default__business_day(instant) -%}
    cast(timezone('{{ business_zone() }}', {{ instant }}) as date)
{%- endmacro %}

{# The business day of a value that may be an instant, or a date or local time, which is of its own day. #}
{% macro day_of(value) -%}
    {{ return(adapter.dispatch("day_of", "okra")(value)) }}
{%- endmacro %}

{% macro default__day_of(value) -%}
    case
        when typeof({{ value }}) = 'TIMESTAMP WITH TIME ZONE'
            then {{ business_day("cast(" ~ value ~ " as timestamp with time zone)") }}
        else cast({{ value }} as date)
    end
{%- endmacro %}

{# So many seconds after an instant. #}
{% macro add_seconds(number, instant) -%}
    {{ return(adapter.dispatch("add_seconds", "okra")(number, instant)) }}
{%- endmacro %}

{% macro default__add_seconds(number, instant) -%}
    {{ instant }} + to_seconds({{ number }})
{%- endmacro %}

{% macro add_days(number, day) -%}
    {{ return(adapter.dispatch("add_days", "okra")(number, day)) }}
{%- endmacro %}

{% macro default__add_days(number, day) -%}
    cast({{ dbt.dateadd("day", number, day) }} as date)
{%- endmacro %}

{% macro add_months(number, day) -%}
    {{ return(adapter.dispatch("add_months", "okra")(number, day)) }}
{%- endmacro %}

{% macro default__add_months(number, day) -%}
    cast({{ dbt.dateadd("month", number, day) }} as date)
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

{# How many seconds lie between two instants. #}
{% macro seconds_from(first, last) -%}
    {{ return(adapter.dispatch("seconds_from", "okra")(first, last)) }}
{%- endmacro %}

{% macro default__seconds_from(first, last) -%}
    {{ dbt.datediff(first, last, "second") }}
{%- endmacro %}

{# In a select list: one row for each day from `first` to `last`, both included. #}
{% macro each_day(first, last) -%}
    {{ return(adapter.dispatch("each_day", "okra")(first, last)) }}
{%- endmacro %}

{% macro default__each_day(first, last) -%}
    cast(unnest(generate_series({{ first }}, {{ last }}, interval 1 day)) as date)
{%- endmacro %}

{# The first day of the day, week (ISO), month or fiscal quarter, half or year that a day falls in; all are columns. #}
{% macro start_of(period, day, first_month=fiscal_year_start()) -%}
    case {{ period }}
        when 'week' then {{ first_of("week", day) }}
        when 'month' then {{ first_of("month", day) }}
        when 'quarter' then {{ fiscal_start(3, day, first_month) }}
        when 'half' then {{ fiscal_start(6, day, first_month) }}
        when 'year' then {{ fiscal_start(12, day, first_month) }}
        else {{ day }}
    end
{%- endmacro %}

{#
    The first day of the fiscal period of so many months that a day falls in: the months since the last such period
    began, counted from the day's own month, are taken off.
#}
{% macro fiscal_start(months, day, first_month) -%}
    {%- set since = "(extract(month from " ~ day ~ ") + 12 - " ~ first_month ~ ") % " ~ months -%}
    {{ add_months("-1 * cast(" ~ since ~ " as integer)", first_of("month", day)) }}
{%- endmacro %}

{# The first day of the period that comes `number` periods after (negative: before) the one that begins on `start`. #}
{% macro start_after(number, period, start) -%}
    case {{ period }}
        when 'day' then {{ add_days(number, start) }}
        when 'week' then {{ add_days(7 * number, start) }}
        {%- for name, months in {"month": 1, "quarter": 3, "half": 6, "year": 12}.items() %}
        when '{{ name }}' then {{ add_months(months * number, start) }}
        {%- endfor %}
    end
{%- endmacro %}

{# Whether a period (day, week, month, …) is as long as another or longer; both are columns. #}
{% macro is_as_long(period, other) -%}
    {{ length_rank(period) }} >= {{ length_rank(other) }}
{%- endmacro %}

{% macro length_rank(period) -%}
    case {{ period }}
        {%- for name in period_kinds() %}
        when '{{ name }}' then {{ loop.index }}
        {%- endfor %}
    end
{%- endmacro %}

{# The kinds of period, the shortest first. #}
{% macro period_kinds() -%}
    {{ return(["day", "week", "month", "quarter", "half", "year"]) }}
{%- endmacro %}
