with movements as (
    select * from {{ ref("fct_balance_movements") }}
),

final as (
    select
        day,
        currency,
        sum(amount) as value
    from movements
    where kind in ('sale', 'platform_earning')
    group by day, currency
)

select * from final
