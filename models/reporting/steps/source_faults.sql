with streams as (
    select * from {{ ref("kpi_streams") }}
),

attempts as (
    select * from {{ ref("stg_lake__attempts") }}
),

stream_days as (
    select * from {{ ref("stream_days") }}
),

reaches as (
    select
        source,
        stream,
        max(day) as last_day
    from stream_days
    group by source, stream
),

faults as (
    select
        streams.kpi,
        'source_failed:' || streams.source as code
    from streams
    inner join attempts on streams.source = attempts.source and streams.stream = attempts.stream
    where attempts.outcome <> 'ok'
    union all
    select
        streams.kpi,
        'late:' || streams.source as code
    from streams
    inner join attempts on streams.source = attempts.source and streams.stream = attempts.stream
    inner join reaches on streams.source = reaches.source and streams.stream = reaches.stream
    -- asked on the day itself, a source that has no more is as far as it can be
    where
        reaches.last_day < {{ add_days(-1, as_of()) }}
        and {{ business_day("attempts.attempted_at") }} < {{ as_of() }}
),

final as (
    select distinct
        kpi,
        code
    from faults
)

select * from final
