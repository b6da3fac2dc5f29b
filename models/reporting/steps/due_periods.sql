{{ config(materialized="view") }}

with coverage as (
    select * from {{ ref("kpi_period_coverage") }}
),

final as (
    select
        coverage.kpi,
        coverage.is_snapshot,
        coverage.period,
        coverage.period_start,
        coverage.period_end,
        coverage.previous_start,
        coverage.data_through,
        coverage.read_from,
        coverage.read_to,
        coverage.delivered_days,
        coverage.missing_days,
        coverage.status,
        coverage.compare_from,
        coverage.compare_to,
        coverage.compared_days
    from coverage
    where {{ is_due("coverage") }}
)

select * from final
