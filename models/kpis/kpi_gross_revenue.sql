with movements as (
    select * from {{ ref("fct_balance_movement_days") }}
),

final as (
    select
        account,
        day,
        currency,
        sum(amount) as value
    from movements
    where kind in ('sale', 'platform_earning')
    group by account, day, currency
)

select * from final
