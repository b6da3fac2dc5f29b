{{ config(**read_in_place()) }}

with source as (
    select * from {{ read_lake("stripe", "balance_transactions") }}
),

renamed as (
    select
        -- ids
        id as movement_id,
        source_id,

        -- what it is
        type as movement_type,
        reporting_category,
        upper(currency) as currency,

        -- amounts, in the currency's smallest unit as Stripe counts it
        amount_minor,
        fee_minor,
        net_minor,
        exchange_rate,

        -- times
        created_at,
        available_on,

        -- where it came from
        account,
        _window,
        _file,
        _loaded_by
    from source
)

select * from renamed
