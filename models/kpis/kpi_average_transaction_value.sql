with movements as (
    select * from {{ ref("fct_balance_movements") }}
),

final as (
    select
        day,
        currency,
        sum(amount) as numerator,
        count(*) as denominator
    from movements
    where kind = 'sale'
    group by day, currency
)

select * from final
