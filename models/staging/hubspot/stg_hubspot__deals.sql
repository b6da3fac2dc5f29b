{{ config(materialized="table") }}

with newest as ({{ newest_versions("base_hubspot__deals", "deal_id", "changed_at") }}),

final as (
    select
        deal_id,
        pipeline_id,
        stage_id,
        owner_id,
        amount,
        currency,
        is_closed,
        is_won,
        created_at,
        closed_at,
        changed_at
    from newest
    where archived_at is null
)

select * from final
