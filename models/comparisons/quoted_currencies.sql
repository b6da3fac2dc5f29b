with rates as (
    select * from {{ ref("stg_exchange_rates__euro_rates") }}
),

final as (
    select
        currency,
        min(rated_on) as first_day,
        max(rated_on) as last_day
    from rates
    group by currency
)

select * from final
