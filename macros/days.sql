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

{#
    The first day of the day, week (ISO), month or fiscal quarter, half or year that a day falls in; all are columns.
    With `weeks` (fiscal_weeks), months, quarters, halves and years are made of whole weeks.
#}
{% macro start_of(period, day, first_month=fiscal_year_start(), weeks=fiscal_weeks()) -%}
    case {{ period }}
        when 'week' then {{ first_of("week", day) }}
        {%- if weeks %}
        when 'month' then {{ start_in_weeks("month", day, first_month, weeks) }}
        when 'quarter' then {{ start_in_weeks("quarter", day, first_month, weeks) }}
        when 'half' then {{ start_in_weeks("half", day, first_month, weeks) }}
        when 'year' then {{ year_of_weeks(day, first_month, weeks) }}
        {%- else %}
        when 'month' then {{ first_of("month", day) }}
        when 'quarter' then {{ fiscal_start(3, day, first_month) }}
        when 'half' then {{ fiscal_start(6, day, first_month) }}
        when 'year' then {{ fiscal_start(12, day, first_month) }}
        {%- endif %}
        else {{ day }}
    end
{%- endmacro %}

{# The first day of the period, quarter or half of whole weeks that a day falls in; the last has the 53rd week. #}
{% macro start_in_weeks(period, day, first_month, weeks) -%}
    {%- set year = year_of_weeks(day, first_month, weeks) -%}
    {%- set since = days_from(year, day) -%}
    case
        {%- set ends = namespace(weeks=0) %}
        {%- for length in weeks[period] %}
        {%- set start = ends.weeks %}
        {%- set ends.weeks = ends.weeks + (length | int) %}
        {%- if loop.last %}
        else {{ add_days(7 * start, year) }}
        {%- else %}
        when {{ since }} < {{ 7 * ends.weeks }} then {{ add_days(7 * start, year) }}
        {%- endif %}
        {%- endfor %}
    end
{%- endmacro %}

{# The first day of the fiscal year of whole weeks that a day falls in: one begins near the same day each year. #}
{% macro year_of_weeks(day, first_month, weeks) -%}
    case
        {%- for ahead in [1, 0] %}
        when {{ begin_of_weeks(ahead, day, first_month, weeks) }} <= {{ day }}
            then {{ begin_of_weeks(ahead, day, first_month, weeks) }}
        {%- endfor %}
        else {{ begin_of_weeks(-1, day, first_month, weeks) }}
    end
{%- endmacro %}

{# The first day of the fiscal year of whole weeks of the calendar year that comes so many after that of a day. #}
{% macro begin_of_weeks(ahead, day, first_month, weeks) -%}
    {%- set month = add_months("12 * " ~ ahead ~ " + cast(" ~ first_month ~ " as integer) - 1", first_of("year", day)) -%}
    {%- set latest = add_days(weeks.days_near - weeks.first_weekday, month) -%}
    {{ add_days(weeks.first_weekday, first_of("week", latest)) }}
{%- endmacro %}

{#
    The first day of the fiscal period of so many months that a day falls in: the months since the last such period
    began, counted from the day's own month, are taken off.
#}
{% macro fiscal_start(months, day, first_month) -%}
    {%- set since = "(extract(month from " ~ day ~ ") + 12 - " ~ first_month ~ ") % " ~ months -%}
    {{ add_months("-1 * cast(" ~ since ~ " as integer)", first_of("month", day)) }}
{%- endmacro %}

{#
    The first day of the period that comes after (`number` is 1), or before (-1), the one that begins on `start`.
    Of periods of whole weeks it is that of a day which is surely in it, whether a year has 52 weeks or 53.
#}
{% macro start_after(number, period, start, first_month=fiscal_year_start(), weeks=fiscal_weeks()) -%}
    case {{ period }}
        when 'day' then {{ add_days(number, start) }}
        when 'week' then {{ add_days(7 * number, start) }}
        {%- if weeks %}
        {%- for name, longest in {"month": 6, "quarter": 17, "half": 29, "year": 53}.items() %}
        when '{{ name }}'
            then
                {{ start_of("'" ~ name ~ "'", add_days(7 * longest if number > 0 else -1, start), first_month, weeks) }}
        {%- endfor %}
        {%- else %}
        {%- for name, months in {"month": 1, "quarter": 3, "half": 6, "year": 12}.items() %}
        when '{{ name }}' then {{ add_months(months * number, start) }}
        {%- endfor %}
        {%- endif %}
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
