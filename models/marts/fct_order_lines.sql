with lines as (
    select * from {{ ref("stg_sql_database__order_lines") }}
),

orders as (
    select * from {{ ref("fct_orders") }}
),

currencies as (
    select * from {{ ref("currency_exponents") }}
),

final as (
    select
        lines.account,
        lines.order_id,
        lines.line_number,
        orders.ordered_on,
        orders.is_cancelled,
        lines.product,
        lines.color,
        lines.quantity,
        orders.currency,
        {{ in_major_units("lines.amount_minor", "currencies.iso_exponent") }} as amount
    from lines
    -- a line without its order has no day and is left out; order_lines_without_order lists it
    inner join orders on lines.account = orders.account and lines.order_id = orders.order_id
    left join currencies on orders.currency = currencies.currency
)

select * from final
