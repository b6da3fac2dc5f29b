with coverage as (
    select * from {{ ref("kpi_coverage") }}
),

amounts as (
    select * from {{ ref("kpi_converted_amounts") }}
),

final as (
    select
        amounts.kpi,
        amounts.day,
        amounts.dimensions,
        amounts.value,
        amounts.numerator,
        amounts.denominator,
        amounts.own_value,
        amounts.own_numerator,
        amounts.own_denominator,
        amounts.rate
    from amounts
    -- rows of a day that was not delivered whole are a part of it, and would look like the whole
    inner join coverage on amounts.kpi = coverage.kpi and amounts.day = coverage.day
    where coverage.delivered
)

select * from final
