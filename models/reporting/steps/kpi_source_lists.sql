with streams as (
    select * from {{ ref("kpi_streams") }}
),

rate_streams as (
    select * from {{ ref("kpi_rate_streams") }}
),

all_streams as (
    select
        kpi,
        source,
        stream
    from streams
    union distinct
    select
        kpi,
        source,
        stream
    from rate_streams
),

final as (
    select
        kpi,
        {{ joined_texts("source || '.' || stream") }} as sources
    from all_streams
    group by kpi
)

select * from final
