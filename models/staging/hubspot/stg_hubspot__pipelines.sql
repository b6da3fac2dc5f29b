{{ config(materialized="table") }}

with newest as ({{ newest_versions("base_hubspot__pipelines", "pipeline_id") }}),

final as (
    select
        account,
        pipeline_id,
        label
    from newest
)

select * from final
