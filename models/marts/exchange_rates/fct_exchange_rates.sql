{# Long enough for Christmas and Easter; a currency that is no longer quoted has no rate after it. #}
{% set longest_carry = 7 %}

with published as (
    select * from {{ ref("stg_exchange_rates__euro_rates") }}
),

euro_rates as (
    select
        rated_on,
        currency,
        rate
    from published
    union all
    select distinct
        rated_on,
        'EUR' as currency,
        cast(1 as {{ amount_type() }}) as rate
    from published
),

-- both sides of a cross rate are of the same day
crossed as (
    select
        euro_rates.rated_on,
        euro_rates.currency,
        {{ cross_rate("reporting.rate", "euro_rates.rate") }} as rate
    from euro_rates
    inner join euro_rates as reporting
        on
            euro_rates.rated_on = reporting.rated_on
            and reporting.currency = {{ reporting_currency() }}
),

followed as (
    select
        *,
        lead(rated_on) over (partition by currency order by rated_on) as next_rated_on
    from crossed
),

bounded as (
    select
        *,
        {{ add_days(longest_carry, "rated_on") }} as last_carried,
        {{ add_days(-1, "next_rated_on") }} as last_before_next,
        max(rated_on) over () as newest
    from followed
),

carried as (
    select
        {{ each_day(
            "rated_on", "least(last_carried, coalesce(last_before_next, last_carried))"
        ) }} as day,
        currency,
        rate,
        rated_on,
        newest
    from bounded
),

final as (
    select
        day,
        currency,
        rate,
        rated_on
    from carried
    -- carried up to the day before the one being played, or to the newest rate where a past day is played
    where day < {{ as_of() }} or day <= newest
)

select * from final
