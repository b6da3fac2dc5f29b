{% set instance = instance_of("source", "account") %}

with findings as (
    select * from {{ ref("stg_lake__findings") }}
),

final as (
    select distinct
        source,
        account,
        stream,
        window_start,
        day,
        kpi,
        case
            when is_set_aside then 'set_aside:' || {{ instance }}
            when what = 'differs_from_total' then 'differs_from_total:' || {{ instance }}
            else 'doubtful:' || {{ instance }}
        end as code
    from findings
)

select * from final
