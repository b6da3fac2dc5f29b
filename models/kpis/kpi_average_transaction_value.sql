with movements as (
    select * from {{ ref("fct_balance_movement_days") }}
),

final as (
    select
        account,
        day,
        currency,
        sum(amount) as numerator,
        sum(movements) as denominator
    from movements
    where kind = 'sale'
    group by account, day, currency
)

select * from final
