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
        quantity,
        price_interval,
        price_interval_count,
        upper(currency) as currency,

        -- amounts, in the currency's smallest unit as Stripe counts it
        unit_amount_minor,

        -- times
        started_at,
        cancels_at,

        -- where it came from
        _window,
        _file,
        _loaded_by
    from source
)

select * from renamed
