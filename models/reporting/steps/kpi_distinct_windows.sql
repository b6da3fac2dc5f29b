with streams as (
    select * from {{ ref("kpi_streams") }}
),

windows as (
    select * from {{ ref("stg_lake__windows") }}
),

kpis as (
    select * from {{ ref("stg_lake__kpis") }}
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

-- a KPI whose streams are all daily counts every longer period in its rows
counting_rows as (
    select
        streams.kpi,
        streams.account,
        count(*) as streams
    from streams
    inner join kpis on streams.kpi = kpis.kpi
    where kpis.kind = 'distinct'
    group by streams.kpi, streams.account
    having max(case when streams.cadence = 'day' then 0 else 1 end) = 0
),

days as (
    select
        streams.kpi,
        streams.account,
        windows.window_start as day,
        min(case when windows.is_settled then 1 else 0 end) as is_settled
    from streams
    inner join counting_rows
        on streams.kpi = counting_rows.kpi and streams.account = counting_rows.account
    inner join windows
        on
            streams.source = windows.source
            and streams.account = windows.account
            and streams.stream = windows.stream
    group by streams.kpi, streams.account, windows.window_start, counting_rows.streams
    having count(*) = counting_rows.streams
),

days_of_periods as (
    {%- for period in period_kinds() if period != "day" %}
    select
        kpi,
        account,
        day,
        is_settled,
        '{{ period }}' as period,
        {{ start_of("'" ~ period ~ "'", "day") }} as period_start
    from days
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

numbered as (
    select
        *,
        row_number() over (
            partition by kpi, account, period, period_start order by day
        ) as place
    from days_of_periods
),

-- the days up to the first that is missing; a period whose first day is missing is not counted
counted as (
    select
        kpi,
        account,
        period,
        period_start,
        max(day) as data_through,
        min(is_settled) = 1 as is_settled
    from numbered
    where {{ days_from("period_start", "day") }} + 1 = place
    group by kpi, account, period, period_start
),

all_periods as (
    select
        kpi,
        account,
        period,
        period_start,
        data_through,
        is_settled
    from reported
    union all
    select
        kpi,
        account,
        period,
        period_start,
        data_through,
        is_settled
    from counted
),

-- the calendar ends before the day being played, but a reported period may reach past it
bounded as (
    select
        *,
        {{ add_days(-1, start_after(1, "period", "period_start")) }} as period_end,
        {{ start_after(-1, "period", "period_start") }} as previous_start
    from all_periods
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
