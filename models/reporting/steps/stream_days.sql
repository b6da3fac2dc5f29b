with windows as (
    select * from {{ ref("stg_lake__windows") }}
),

final as (
    select
        source,
        stream,
        {{ each_day("window_start", "data_through") }} as day,
        is_settled,
        flags
    from windows
)

select * from final
