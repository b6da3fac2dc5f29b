with kpis as (
    select * from {{ ref("stg_lake__kpis") }}
),

streams as (
    select * from {{ ref("kpi_streams") }}
),

coverage as (
    select * from {{ ref("kpi_coverage") }}
),

kpi_days as (
    select * from {{ ref("kpi_days") }}
),

snapshot_kpis as (
    select distinct kpi
    from streams
    where is_snapshot
),

days_with_rows as (
    select distinct
        kpi,
        day
    from kpi_days
),

final as (
    select
        coverage.kpi,
        kpis.kind,
        kpis.every,
        snapshot_kpis.kpi is not null as is_snapshot,
        coverage.day,
        coverage.settled as is_settled,
        case when coverage.delivered then coverage.day end as delivered_day,
        days_with_rows.day as known_day,
        max(case when coverage.delivered then coverage.day end)
            over (partition by coverage.kpi)
            as data_through
    from coverage
    inner join kpis on coverage.kpi = kpis.kpi
    left join snapshot_kpis on coverage.kpi = snapshot_kpis.kpi
    left join days_with_rows
        on coverage.kpi = days_with_rows.kpi and coverage.day = days_with_rows.day
    where coverage.day < {{ as_of() }} and kpis.kind <> 'distinct'
)

select * from final
