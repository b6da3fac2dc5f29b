with orders as (
    select * from {{ ref("fct_orders") }}
),

final as (
    select
        account,
        ordered_on as day,
        currency,
        sum(amount) as value
    from orders
    where not is_cancelled
    group by account, ordered_on, currency
)

select * from final
