with amounts as (
    select
        *,
        {{ map_value("dimensions", "currency") }} as currency
    from {{ ref("kpi_amounts") }}
),

kpis as (
    select * from {{ ref("kpi_declarations") }}
),

rates as (
    select * from {{ ref("fct_exchange_rates") }}
),

monthly_rates as (
    select * from {{ ref("fct_monthly_exchange_rates") }}
),

dated as (
    select
        amounts.*,
        kpis.conversion,
        kpis.upper_is_money,
        kpis.lower_is_money,
        kpis.conversion is not null and amounts.currency <> {{ reporting_currency() }} as is_foreign,
        coalesce(kpis.constant_rate_day, amounts.day) as rate_day
    from amounts
    inner join kpis on amounts.kpi = kpis.kpi
),

-- a month in which no rate was published yet has that of the day, carried from the month before
rated as (
    select
        dated.*,
        case
            when not dated.is_foreign then 1
            when dated.conversion = 'average' then coalesce(monthly_rates.rate, rates.rate)
            else rates.rate
        end as rate
    from dated
    left join rates
        on dated.is_foreign and dated.rate_day = rates.day and dated.currency = rates.currency
    left join monthly_rates
        on
            dated.is_foreign
            and dated.conversion = 'average'
            and {{ first_of("month", "dated.day") }} = monthly_rates.month
            and dated.currency = monthly_rates.currency
),

-- without a rate there is no amount: no side of a ratio counts without the other
final as (
    select
        kpi,
        day,
        dimensions,
        is_foreign,
        rate is null as is_unconverted,
        {{ converted("value", "rate") }} as value,
        case
            when upper_is_money then {{ converted("numerator", "rate") }}
            when rate is not null then numerator
        end as numerator,
        case
            when lower_is_money then {{ converted("denominator", "rate") }}
            when rate is not null then denominator
        end as denominator,
        value as own_value,
        numerator as own_numerator,
        denominator as own_denominator,
        cast(rate as {{ rate_type() }}) as rate
    from rated
)

select * from final
