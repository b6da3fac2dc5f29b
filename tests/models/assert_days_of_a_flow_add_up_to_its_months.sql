-- A month of a flow is its days, no more and no less: catches a day that falls into two months or into none.
with days as (
    select
        kpi,
        dimension,
        member,
        {{ start_of("'month'", "period_start") }} as period_start,
        sum(value) as value
    from {{ ref("kpi_periods") }}
    where kind = 'flow' and period = 'day'
    group by kpi, dimension, member, {{ start_of("'month'", "period_start") }}
),

months as (
    select * from {{ ref("kpi_periods") }}
    where
        kind = 'flow'
        and period = 'month'
        -- what is given once a week has no days
        and kpi in (select kpi from {{ ref("kpis") }} where every = 'day')
),

-- each period names its own largest members: one that is named in a month may be among the others on a day
numerous as (
    select distinct
        kpi,
        period_start,
        dimension
    from months
    where member = 'other'
)

select
    months.kpi,
    months.period_start,
    months.dimension,
    months.member
from months
left join numerous
    on
        months.kpi = numerous.kpi
        and months.period_start = numerous.period_start
        and months.dimension = numerous.dimension
left join days
    on
        months.kpi = days.kpi
        and months.period_start = days.period_start
        and months.dimension = days.dimension
        and months.member = days.member
where numerous.kpi is null and months.value <> coalesce(days.value, 0)
