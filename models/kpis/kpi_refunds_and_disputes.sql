with movements as (
    select * from {{ ref("fct_balance_movement_days") }}
),

final as (
    select
        account,
        day,
        currency,
        -1 * sum(amount) as value
    from movements
    where kind in ('refund', 'dispute')
    group by account, day, currency
)

select * from final
