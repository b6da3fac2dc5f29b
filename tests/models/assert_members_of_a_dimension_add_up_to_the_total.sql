-- Nothing is lost or counted twice on the way from days to periods: of a flow, and of both sides of a ratio, the
-- members of each dimension add up to the total; those of the dimension currency too, once they are converted.
with totals as (
    select * from {{ ref("kpi_periods") }}
    where dimension = 'total' and kind in ('flow', 'ratio')
),

kpis as (
    select * from {{ ref("kpis") }}
),

members as (
    select
        kpi,
        period,
        period_start,
        dimension,
        sum(value) as value,
        sum(numerator) as numerator,
        sum(denominator) as denominator
    from {{ ref("kpi_periods") }}
    where kind in ('flow', 'ratio') and dimension <> 'total'
    group by kpi, period, period_start, dimension
)

select
    totals.kpi,
    totals.period,
    totals.period_start,
    members.dimension
from totals
inner join members
    on
        totals.kpi = members.kpi
        and totals.period = members.period
        and totals.period_start = members.period_start
inner join kpis on totals.kpi = kpis.kpi
where
    (totals.kind = 'flow' and totals.value <> members.value)
    or totals.numerator <> members.numerator
    -- the averages of a level are rounded to six decimals, each for itself
    or abs(totals.denominator - members.denominator)
    > case when kpis.denominator = 'level' then 0.001 else 0 end
