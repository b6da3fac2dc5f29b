with days as (
    select * from {{ ref("kpi_known_days") }}
),

calendar as (
    select * from {{ ref("calendar") }}
),

counted as (
    select
        days.kpi,
        days.kind,
        days.is_snapshot,
        calendar.period,
        calendar.period_start,
        calendar.period_end,
        calendar.previous_start,
        days.data_through < calendar.period_end as is_open,
        least(calendar.period_end, days.data_through) as read_to,
        max(days.delivered_day) as data_through,
        max(days.known_day) as last_known_day,
        count(days.delivered_day) as delivered_days,
        count(case when not days.is_settled then days.delivered_day end) as unsettled_days
    from days
    inner join calendar
        on
            days.day = calendar.day
            -- a number that is given once a month says nothing about a week
            and {{ is_as_long("calendar.period", "days.every") }}
    group by
        days.kpi, days.kind, days.is_snapshot, calendar.period, calendar.period_start,
        calendar.period_end, calendar.previous_start, days.data_through
),

read as (
    select
        *,
        -- a flow or a ratio is made of all its days; a stock is read on the last one that is known
        case when kind = 'stock' then last_known_day else period_start end as read_from,
        case
            when kind = 'stock' then {{ days_from("last_known_day", "read_to") }}
            else {{ days_from("period_start", "read_to") }} + 1 - delivered_days
        end as missing_days
    from counted
    where delivered_days > 0 and (kind <> 'stock' or last_known_day is not null)
),

final as (
    select
        kpi,
        kind,
        is_snapshot,
        period,
        period_start,
        period_end,
        previous_start,
        data_through,
        read_from,
        read_to,
        delivered_days,
        missing_days,
        case
            when is_open then 'partial'
            -- a missing day may still be pulled; a missed snapshot never will
            when unsettled_days > 0 or (missing_days > 0 and not is_snapshot) then 'provisional'
            else 'complete'
        end as status
    from read
)

select * from final
