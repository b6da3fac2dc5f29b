with source as (
    select * from {{ read_lake("stripe", "subscriptions") }}
),

renamed as (
    select
        -- ids
        date as snapshot_on,
        id as subscription_item_id,
        subscription_id,
        customer_id,
        price_id,

        -- what it is
        status,
        paused_collection,
        -- a snapshot of an older version does not say it, and has no quantity where use is metered
        coalesce(
            usage_type,
            case when quantity is null then 'metered' else 'licensed' end
        ) as usage_type,
        quantity,
        price_interval,
        price_interval_count,
        upper(currency) as currency,

        -- amounts, in the currency's smallest unit as Stripe counts it
        unit_amount_minor,
        coalesce(
            period_amount_minor,
            case when usage_type is null then unit_amount_minor * quantity end
        ) as period_amount_minor,
        period_discount_minor,
        period_tax_inside_minor,

        -- times
        started_at,
        item_created_at,
        trial_ends_at,
        cancels_at,
        ended_at,
        current_period_start as current_period_started_at,
        current_period_end as current_period_ends_at,

        -- where it came from
        account,
        _window,
        _file,
        _loaded_by
    from source
)

select * from renamed
