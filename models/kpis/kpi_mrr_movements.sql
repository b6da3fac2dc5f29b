with movements as (
    select * from {{ ref("fct_mrr_movements") }}
),

final as (
    select
        account,
        day,
        movement,
        currency,
        sum(amount) as value
    from movements
    group by account, day, movement, currency
)

select * from final
