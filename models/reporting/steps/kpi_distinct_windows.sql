with streams as (
    select * from {{ ref("kpi_streams") }}
),

windows as (
    select * from {{ ref("stg_lake__windows") }}
),

calendar as (
    select * from {{ ref("calendar") }}
),

periods as (
    select distinct
        period,
        period_start,
        period_end,
        previous_start
    from calendar
),

-- a distinct count of a period comes from the streams whose windows are as long as the period
reported as (
    select
        streams.kpi,
        streams.cadence as period,
        windows.window_start as period_start,
        min(windows.data_through) as data_through,
        min(case when windows.is_settled then 1 else 0 end) = 1 as is_settled
    from streams
    inner join windows on streams.source = windows.source and streams.stream = windows.stream
    group by streams.kpi, streams.cadence, windows.window_start
),

final as (
    select
        reported.kpi,
        reported.period,
        reported.period_start,
        periods.period_end,
        periods.previous_start,
        reported.data_through,
        case
            when reported.data_through < periods.period_end then 'partial'
            when not reported.is_settled then 'provisional'
            else 'complete'
        end as status
    from reported
    inner join periods
        on reported.period = periods.period and reported.period_start = periods.period_start
)

select * from final
