{{ config(materialized="table") }}

with newest as ({{ newest_versions("base_hubspot__deals", "deal_id", "changed_at") }}),

final as (
    select
        account,
        deal_id,
        pipeline_id,
        stage_id,
        owner_id,
        amount,
        currency,
        amount_in_company_currency,
        company_currency,
        is_closed,
        is_won,
        created_at,
        closed_at,
        close_day,
        properties,
        changed_at
    from newest
    where archived_at is null
)

select * from final
