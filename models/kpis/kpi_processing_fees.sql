with movements as (
    select * from {{ ref("fct_balance_movement_days") }}
),

final as (
    select
        account,
        day,
        currency,
        sum(fee) - sum(case when kind = 'fee' then amount else 0 end) as value
    from movements
    where kind in ('sale', 'platform_earning', 'refund', 'dispute', 'fee', 'seller_share')
    group by account, day, currency
)

select * from final
