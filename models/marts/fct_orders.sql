with orders as (
    select * from {{ ref("stg_sql_database__orders") }}
),

currencies as (
    select * from {{ ref("currency_exponents") }}
),

final as (
    select
        orders.account,
        orders.order_id,
        orders.customer_id,
        {{ business_day("orders.ordered_at") }} as ordered_on,
        orders.status,
        orders.status = 'cancelled' as is_cancelled,
        orders.currency,
        {{ in_major_units("orders.total_minor", "currencies.iso_exponent") }} as amount
    from orders
    left join currencies on orders.currency = currencies.currency
)

select * from final
