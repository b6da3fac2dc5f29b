with orders as (
    select * from {{ ref("fct_orders") }}
),

known_sales as (
    select
        *,
        min(ordered_on) over (partition by account, customer_id) as first_ordered_on
    from orders
    -- orders of the day being played and later are not known yet; a guest is no customer
    where not is_cancelled and ordered_on < {{ as_of() }} and customer_id is not null
),

final as (
    select
        account,
        customer_id,
        currency,
        first_ordered_on,
        max(ordered_on) as last_ordered_on,
        count(*) as orders,
        sum(amount) as lifetime_sales
    from known_sales
    group by account, customer_id, currency, first_ordered_on
)

select * from final
