with rates as (
    select * from {{ ref("fct_exchange_rates") }}
),

final as (
    select
        {{ first_of("month", "rated_on") }} as month,
        currency,
        {{ mean_rate("rate") }} as rate,
        count(*) as published_rates
    from rates
    -- each rate once, on its own day; of the month that is open on the day being played those so far
    where day = rated_on and rated_on < {{ as_of() }}
    group by {{ first_of("month", "rated_on") }}, currency
)

select * from final
