{{ config(materialized="table") }}

with versions as (
    select * from {{ ref("base_hubspot__pipelines") }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by pipeline_id
            -- the newest list
            order by _window desc, _file asc
        ) as place
    from versions
),

final as (
    select
        pipeline_id,
        label
    from ranked
    where place = 1
)

select * from final
