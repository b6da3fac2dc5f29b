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
    -- each published rate counts once, on its own day; an open month has those up to the day being played
    where day = rated_on and rated_on < {{ as_of() }}
    group by {{ first_of("month", "rated_on") }}, currency
)

select * from final
