with streams as (
    select * from {{ ref("kpi_streams") }}
),

windows as (
    select * from {{ ref("stg_lake__windows") }}
),

-- a distinct count of a period comes from the streams whose windows are as long as the period, by account
reported as (
    select
        streams.kpi,
        streams.account,
        streams.cadence as period,
        windows.window_start as period_start,
        min(windows.data_through) as data_through,
        min(case when windows.is_settled then 1 else 0 end) = 1 as is_settled
    from streams
    inner join windows
        on
            streams.source = windows.source
            and streams.account = windows.account
            and streams.stream = windows.stream
    group by streams.kpi, streams.account, streams.cadence, windows.window_start
),

-- the calendar ends before the day being played, but a reported period may reach past it
bounded as (
    select
        *,
        {{ add_days(-1, start_after(1, "period", "period_start")) }} as period_end,
        {{ start_after(-1, "period", "period_start") }} as previous_start
    from reported
),

final as (
    select
        kpi,
        account,
        period,
        period_start,
        period_end,
        previous_start,
        data_through,
        case
            when data_through < period_end then 'partial'
            when not is_settled then 'provisional'
            else 'complete'
        end as status
    from bounded
)

select * from final
