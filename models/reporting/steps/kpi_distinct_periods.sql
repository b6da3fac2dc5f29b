{{ config(materialized="view") }}

with kpis as (
    select * from {{ ref("stg_lake__kpis") }}
),

counts as (
    select * from {{ ref("kpi_distinct") }}
),

windows as (
    select * from {{ ref("kpi_distinct_windows") }}
),

faults as (
    select * from {{ ref("source_faults") }}
),

streams as (
    select * from {{ ref("kpi_streams") }}
),

stream_windows as (
    select * from {{ ref("stg_lake__windows") }}
),

findings as (
    select * from {{ ref("finding_codes") }}
),

value_faults as (
    select
        counts.kpi,
        {{ counting_account("counts") }} as account,
        counts.period,
        counts.period_start,
        {{ value_fault("counts.value") }} as code
    from counts
    inner join kpis on counts.kpi = kpis.kpi
),

codes as (
    select
        streams.kpi,
        streams.account,
        streams.cadence as period,
        stream_windows.window_start as period_start,
        {{ each_element("stream_windows.flags") }} as code
    from streams
    inner join stream_windows
        on
            streams.source = stream_windows.source
            and streams.account = stream_windows.account
            and streams.stream = stream_windows.stream
    union distinct
    select
        streams.kpi,
        streams.account,
        streams.cadence as period,
        findings.window_start as period_start,
        findings.code
    from streams
    inner join findings
        on
            streams.source = findings.source
            and streams.account = findings.account
            and streams.stream = findings.stream
    where coalesce(findings.kpi = streams.kpi, true)
    union distinct
    select
        value_faults.kpi,
        value_faults.account,
        value_faults.period,
        value_faults.period_start,
        value_faults.code
    from value_faults
    where value_faults.code is not null
    union distinct
    select
        windows.kpi,
        windows.account,
        windows.period,
        windows.period_start,
        faults.code
    from windows
    inner join faults
        on windows.kpi = faults.kpi and coalesce(windows.account = faults.account, true)
    where windows.status <> 'complete'
),

trust as (
    select
        kpi,
        account,
        period,
        period_start,
        {{ joined_texts("code") }} as trust
    from codes
    group by kpi, account, period, period_start
),

known as (
    select
        kpis.kind,
        kpis.unit,
        counts.kpi,
        windows.account,
        counts.period,
        counts.period_start,
        windows.period_end,
        windows.previous_start,
        counts.dimension,
        counts.member,
        counts.value,
        windows.status,
        windows.data_through
    from counts
    inner join kpis on counts.kpi = kpis.kpi
    inner join windows
        on
            counts.kpi = windows.kpi
            and counts.period = windows.period
            and counts.period_start = windows.period_start
            and {{ counting_account("counts") }} = windows.account
    -- a distinct count cannot be cut at the day being played: one that reaches past it is left out
    where windows.data_through < {{ as_of() }}
),

final as (
    select
        known.kpi,
        known.kind,
        known.unit,
        known.period,
        known.period_start,
        known.period_end,
        known.dimension,
        known.member,
        known.value,
        cast(null as {{ amount_type() }}) as numerator,
        cast(null as {{ amount_type() }}) as denominator,
        previous.value as previous_value,
        previous.value is not null as has_change,
        known.status,
        known.data_through,
        coalesce(trust.trust, 'ok') as trust,
        cast(null as {{ amount_type() }}) as own_value
    from known
    -- a distinct count of some days cannot be derived from that of the period, so partial periods are not compared
    left join known as previous
        on
            known.kpi = previous.kpi
            and known.period = previous.period
            and known.previous_start = previous.period_start
            and known.dimension = previous.dimension
            and known.member = previous.member
            and known.status <> 'partial'
            and previous.status <> 'partial'
    left join trust
        on
            known.kpi = trust.kpi
            and known.account = trust.account
            and known.period = trust.period
            and known.period_start = trust.period_start
)

select * from final
