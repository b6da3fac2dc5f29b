{{ config(materialized="table") }}

with newest as ({{ newest_versions("base_hubspot__calls", "call_id", "changed_at") }}),

final as (
    select
        account,
        call_id,
        called_at,
        direction,
        status,
        owner_id,
        contact_ids,
        changed_at
    from newest
    where archived_at is null
)

select * from final
