with streams as (
    select * from {{ ref("kpi_traced_streams") }}
),

final as (
    select
        kpi,
        {{ joined_texts("source || '.' || stream") }} as sources
    from streams
    group by kpi
)

select * from final
