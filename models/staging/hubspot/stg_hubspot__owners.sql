{{ config(materialized="table") }}

with newest as ({{ newest_versions("base_hubspot__owners", "owner_id", "updated_at") }}),

final as (
    select
        account,
        owner_id,
        kind,
        name,
        is_archived,
        created_at,
        updated_at
    from newest
)

select * from final
