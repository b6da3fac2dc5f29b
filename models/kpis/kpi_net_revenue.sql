with movements as (
    select * from {{ ref("fct_balance_movements") }}
),

final as (
    select
        day,
        currency,
        sum(net) as value
    from movements
    where kind in ('sale', 'platform_earning', 'refund', 'dispute', 'fee', 'seller_share')
    group by day, currency
)

select * from final
