{{ config(materialized="table") }}

with newest as (
    {{ newest_versions("base_hubspot__merged_contacts", "contact_id", "changed_at") }}
),

final as (
    select
        newest.account,
        newest.contact_id,
        -- the one it was merged into may have been merged since
        coalesce(later.merged_into, newest.merged_into) as merged_into
    from newest
    left join newest as later
        on newest.account = later.account and newest.merged_into = later.contact_id
)

select * from final
