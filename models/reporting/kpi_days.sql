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
    -- a day that was not fully delivered has only some of its rows, which would look like all of them
    inner join coverage on amounts.kpi = coverage.kpi and amounts.day = coverage.day
    where coverage.delivered
)

select * from final
