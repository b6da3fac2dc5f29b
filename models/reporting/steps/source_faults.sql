{% set instance = instance_of("attempts.source", "attempts.account") %}

with streams as (
    select * from {{ ref("kpi_streams") }}
),

-- rates count too: if they fail or are late, amounts stay unconverted or are converted at an old rate
traced_streams as (
    select * from {{ ref("kpi_traced_streams") }}
),

attempts as (
    select * from {{ ref("stg_lake__attempts") }}
),

stream_days as (
    select * from {{ ref("stream_days") }}
),

kpis as (
    select * from {{ ref("stg_lake__kpis") }}
),

coverage as (
    select * from {{ ref("kpi_coverage") }}
),

reaches as (
    select
        source,
        account,
        stream,
        max(day) as last_day
    from stream_days
    group by source, account, stream
),

delivered as (
    select
        kpi,
        max(day) as last_day
    from coverage
    where delivered and day < {{ as_of() }}
    group by kpi
),

-- for a KPI kept in a sheet: the end of the last period that ended at least a week ago
due as (
    select
        streams.kpi,
        {{ add_days(-1, start_of("kpis.every", add_days(-7, as_of()))) }} as last_day
    from streams
    inner join kpis on streams.kpi = kpis.kpi
    -- nothing is due before the first sheet was read
    inner join reaches
        on
            streams.source = reaches.source
            and streams.account = reaches.account
            and streams.stream = reaches.stream
    where streams.is_by_hand
),

faults as (
    select
        kpi,
        cast(null as {{ dbt.type_string() }}) as account,
        'model_failed' as code
    from kpis
    where not {{ is_whole("kpi") }}
    union all
    select
        due.kpi,
        cast(null as {{ dbt.type_string() }}) as account,
        'not_filled_in' as code
    from due
    left join delivered on due.kpi = delivered.kpi
    where coalesce(delivered.last_day < due.last_day, true) and {{ is_whole("due.kpi") }}
    union all
    select
        traced_streams.kpi,
        attempts.account,
        'source_failed:' || {{ instance }} as code
    from traced_streams
    inner join attempts
        on
            traced_streams.source = attempts.source
            and traced_streams.account = attempts.account
            and traced_streams.stream = attempts.stream
    where attempts.outcome <> 'ok'
    union all
    select
        traced_streams.kpi,
        attempts.account,
        'late:' || {{ instance }} as code
    from traced_streams
    inner join attempts
        on
            traced_streams.source = attempts.source
            and traced_streams.account = attempts.account
            and traced_streams.stream = attempts.stream
    inner join reaches
        on
            attempts.source = reaches.source
            and attempts.account = reaches.account
            and attempts.stream = reaches.stream
    -- a source that was asked on the day being played has delivered all it has
    where
        reaches.last_day < {{ add_days(-1, as_of()) }}
        and {{ business_day("attempts.attempted_at") }} < {{ as_of() }}
),

final as (
    select distinct
        kpi,
        account,
        code
    from faults
)

select * from final
