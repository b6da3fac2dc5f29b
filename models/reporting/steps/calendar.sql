{% set periods = {"quarter": 3, "half": 6, "year": 12} %}

with coverage as (
    select * from {{ ref("kpi_coverage") }}
),

bounds as (
    select min(day) as first_day
    from coverage
),

days as (
    select {{ each_day("first_day", add_days(-1, as_of())) }} as day
    from bounds
),

starts as (
    select
        day,
        'day' as period,
        day as period_start
    from days
    union all
    select
        day,
        'week' as period,
        {{ first_of("week", "day") }} as period_start
    from days
    union all
    select
        day,
        'month' as period,
        {{ first_of("month", "day") }} as period_start
    from days
    {% for period, months in periods.items() -%}
    union all
    select
        day,
        '{{ period }}' as period,
        {{ fiscal_start(months, "day") }} as period_start
    from days
    {% endfor %}
),

neighbours as (
    select
        *,
        case period
            when 'day' then {{ add_days(1, "period_start") }}
            when 'week' then {{ add_days(7, "period_start") }}
            when 'month' then {{ add_months(1, "period_start") }}
            {% for period, months in periods.items() -%}
            when '{{ period }}' then {{ add_months(months, "period_start") }}
            {% endfor %}
        end as next_start,
        case period
            when 'day' then {{ add_days(-1, "period_start") }}
            when 'week' then {{ add_days(-7, "period_start") }}
            when 'month' then {{ add_months(-1, "period_start") }}
            {% for period, months in periods.items() -%}
            when '{{ period }}' then {{ add_months(-months, "period_start") }}
            {% endfor %}
        end as previous_start
    from starts
),

final as (
    select
        day,
        period,
        period_start,
        {{ add_days(-1, "next_start") }} as period_end,
        previous_start
    from neighbours
)

select * from final
