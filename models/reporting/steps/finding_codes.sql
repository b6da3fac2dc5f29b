with findings as (
    select * from {{ ref("stg_lake__findings") }}
),

final as (
    select distinct
        source,
        stream,
        window_start,
        day,
        kpi,
        case
            when is_set_aside then 'set_aside:' || source
            when what = 'differs_from_total' then 'differs_from_total:' || source
            else 'doubtful:' || source
        end as code
    from findings
)

select * from final
