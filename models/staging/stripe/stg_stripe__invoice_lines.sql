with source as (
    select * from {{ read_lake("stripe", "invoice_lines") }}
),

renamed as (
    select
        -- ids
        id as invoice_line_id,
        invoice_id,
        customer_id,
        subscription_id,
        subscription_item_id,
        price_id,

        -- what it is
        invoice_status,
        is_proration,
        quantity,
        upper(currency) as currency,

        -- amounts, in the currency's smallest unit as Stripe counts it
        amount_minor,
        discount_minor,
        coalesce(tax_inside_minor, 0) as tax_inside_minor,

        -- times
        invoice_created_at,
        period_start as period_started_at,
        period_end as period_ended_at,

        -- where it came from
        account,
        _window,
        _file,
        _loaded_by
    from source
)

select * from renamed
