with streams as (
    select * from {{ ref("kpi_streams") }}
),

kpi_windows as (
    select * from {{ ref("kpi_distinct_windows") }}
),

windows as (
    select * from {{ ref("stg_lake__windows") }}
),

faults as (
    select * from {{ ref("source_faults") }}
),

codes as (
    select
        streams.kpi,
        streams.cadence as period,
        windows.window_start as period_start,
        {{ each_element("windows.flags") }} as code
    from streams
    inner join windows on streams.source = windows.source and streams.stream = windows.stream
    union all
    select
        kpi_windows.kpi,
        kpi_windows.period,
        kpi_windows.period_start,
        faults.code
    from kpi_windows
    inner join faults on kpi_windows.kpi = faults.kpi
    where kpi_windows.status <> 'complete'
),

different as (
    select distinct
        kpi,
        period,
        period_start,
        code
    from codes
),

final as (
    select
        kpi,
        period,
        period_start,
        {{ joined_texts("code") }} as trust
    from different
    group by kpi, period, period_start
)

select * from final
