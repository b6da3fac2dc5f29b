with sheet_values as (
    select * from {{ ref("fct_sheet_values") }}
),

spans as (
    -- a log: a day without a row says that there was nothing, but only up to the last row
    select
        kpi,
        kind,
        every,
        min(day) as first_day,
        max(day) as last_day
    from sheet_values
    where every = 'day'
    group by kpi, kind, every
    union all
    -- one number a period: a period without a row was left out, and stays missing
    select
        kpi,
        kind,
        every,
        case when kind = 'stock' then min(day) else period_start end as first_day,
        period_end as last_day
    from sheet_values
    where every <> 'day'
    group by kpi, kind, every, period_start, period_end
),

final as (
    select
        kpi,
        {{ each_day("first_day", "last_day") }} as day,
        -- the number of a week is not known before the week is over; a level is, from its day on
        case when kind <> 'stock' and every <> 'day' then last_day end as not_before
    from spans
)

select * from final
