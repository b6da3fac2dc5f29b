with movements as (
    select * from {{ ref("fct_balance_movements") }}
),

final as (
    select
        day,
        currency,
        -1 * sum(amount) as value
    from movements
    where kind in ('refund', 'dispute')
    group by day, currency
)

select * from final
