with sheet_values as (
    select * from {{ ref("fct_sheet_values") }}
),

-- a day, week, month or quarter without a row is missing: where there was nothing, a person writes 0
spans as (
    select
        kpi,
        kind,
        every,
        case when kind = 'stock' then min(day) else period_start end as first_day,
        period_end as last_day
    from sheet_values
    group by kpi, kind, every, period_start, period_end
),

final as (
    select
        kpi,
        {{ each_day("first_day", "last_day") }} as day,
        -- the number of a week is known when the week is over; a level is known from its day on
        case when kind <> 'stock' and every <> 'day' then last_day end as not_before
    from spans
)

select * from final
