with stretches as (
    select * from {{ ref("kpi_stretches") }}
),

days as (
    select * from {{ ref("kpi_known_days") }}
),

calendar as (
    select * from {{ ref("calendar") }}
),

-- a period that is still open is compared with as many days of the one before, the others with all of it
bounded as (
    select
        kpi,
        kind,
        period,
        period_start,
        previous_start,
        case
            when status = 'partial'
                then least(
                    {{ add_days(-1, "period_start") }},
                    {{ add_days(days_from("period_start", "read_to"), "previous_start") }}
                )
            else {{ add_days(-1, "period_start") }}
        end as compare_to
    from stretches
),

counted as (
    select
        bounded.kpi,
        bounded.kind,
        bounded.period,
        bounded.period_start,
        bounded.previous_start,
        bounded.compare_to,
        max(days.known_day) as last_known_day,
        count(days.delivered_day) as delivered_days
    from bounded
    inner join calendar
        on
            bounded.period = calendar.period
            and bounded.previous_start = calendar.period_start
            and bounded.compare_to >= calendar.day
    inner join days on bounded.kpi = days.kpi and calendar.day = days.day
    group by
        bounded.kpi, bounded.kind, bounded.period, bounded.period_start, bounded.previous_start,
        bounded.compare_to
),

-- nothing is compared with a part: every day must be there, of a stock the day it is read on
final as (
    select
        kpi,
        period,
        period_start,
        previous_start,
        case when kind = 'stock' then compare_to else previous_start end as compare_from,
        compare_to,
        delivered_days
    from counted
    where
        (kind = 'stock' and last_known_day = compare_to)
        or (
            kind <> 'stock'
            and delivered_days = {{ days_from("previous_start", "compare_to") }} + 1
        )
)

select * from final
