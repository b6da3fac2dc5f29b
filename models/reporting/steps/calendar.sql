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

kinds as (
    select {{ each_element(list_of(period_kinds())) }} as period
),

starts as (
    select
        days.day,
        kinds.period,
        {{ start_of("kinds.period", "days.day") }} as period_start
    from days
    cross join kinds
),

final as (
    select
        day,
        period,
        period_start,
        {{ add_days(-1, start_after(1, "period", "period_start")) }} as period_end,
        {{ start_after(-1, "period", "period_start") }} as previous_start
    from starts
)

select * from final
