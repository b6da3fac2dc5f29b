{{ config(materialized="table") }}

with newest as ({{ newest_versions("base_zendesk__tickets", "ticket_id", "generated_at") }}),

final as (
    select
        account,
        ticket_id,
        group_id,
        group_name,
        brand_id,
        status,
        channel,
        support_type,
        has_merge_tag,
        follow_up_of,
        first_reply_minutes,
        first_reply_business_minutes,
        first_reply_seconds,
        created_at,
        solved_at,
        updated_at,
        generated_at
    from newest
)

select * from final
