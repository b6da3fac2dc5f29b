with movements as (
    select * from {{ ref("fct_balance_movements") }}
),

final as (
    select
        account,
        day,
        currency,
        sum(amount) as numerator,
        count(*) as denominator
    from movements
    where kind = 'sale'
    group by account, day, currency
)

select * from final
