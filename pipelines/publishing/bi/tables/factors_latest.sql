with months as (
    select *
    from kpi_factors
    where period = 'month' and data_through = period_end and compared_with in ('previous', 'last_year')
),

latest as (
    select kpi, max(period_start) as period_start from months group by kpi
),

comparisons as (
    select
        months.*,
        -- the dimension to show first; the change itself where there is none
        dimension_rank = max(least(dimension_rank, 1)) over (
            partition by months.kpi, months.compared_with
        ) as is_first
    from months
    inner join latest on months.kpi = latest.kpi and months.period_start = latest.period_start
),

final as (
    select
        comparisons.kpi,
        kpis.label as kpi_label,
        case when comparisons.unit = 'percent' then 'fraction' else comparisons.unit end as unit,
        comparisons.period_start as month_start,
        case comparisons.compared_with when 'last_year' then 'year before' else 'month before' end as compared_with,
        comparisons.dimension as dimension_name,
        comparisons.member as member_name,
        comparisons.effect,
        comparisons."rank" as place,
        cast(case when comparisons.compared_with = 'previous' then contribution end as double) as part_of_change_on_month,
        cast(case when comparisons.compared_with = 'last_year' then contribution end as double) as part_of_change_on_year,
        comparisons.trust
    from comparisons
    inner join kpis on comparisons.kpi = kpis.kpi
    where comparisons.is_first
)

select * from final
