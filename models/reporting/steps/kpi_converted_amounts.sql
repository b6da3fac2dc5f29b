with kpi_rows as (
    {{ rows_of_kpis() }}
    union all
    select {{ kpi_row_columns() | join(", ") }}
    from {{ ref("kept_kpi_rows") }}
),

kpis as (
    select * from {{ ref("stg_lake__kpis") }}
),

rates as (
    {{ rows_or_none("fct_exchange_rates", {
        "day": "date", "currency": dbt.type_string(), "rate": rate_type()
    }) }}
),

monthly_rates as (
    {{ rows_or_none("fct_monthly_exchange_rates", {
        "month": "date", "currency": dbt.type_string(), "rate": rate_type()
    }) }}
),

rate_streams as ({{ streams_feeding(["fct_exchange_rates"]) }}),

stream_days as (
    select * from {{ ref("stream_days") }}
),

-- the days whose rates have been pulled, and which of them may still change
rate_days as (
    select
        stream_days.day,
        min(case when stream_days.is_settled then 1 else 0 end) = 1 as is_settled
    from stream_days
    inner join rate_streams
        on stream_days.source = rate_streams.source and stream_days.stream = rate_streams.stream
    group by stream_days.day
),

rates_begin as (
    select min(day) as first_day
    from rate_days
),

dated as (
    select
        kpi_rows.*,
        kpi_rows.dimensions['currency'] as currency,
        kpis.conversion,
        kpis.numerator_is_money,
        kpis.denominator_is_money,
        kpis.conversion is not null
        and kpi_rows.dimensions['currency'] <> {{ reporting_currency() }} as is_foreign,
        coalesce(kpis.constant_rate_day, kpi_rows.day) as rate_day
    from kpi_rows
    inner join kpis on kpi_rows.kpi = kpis.kpi
),

-- before the first rate of a month is published, its mean is the rate of the day, carried from the month before
rated as (
    select
        dated.*,
        case
            when not dated.is_foreign then 1
            when dated.conversion = 'average' then coalesce(monthly_rates.rate, rates.rate)
            else rates.rate
        end as rate,
        -- the mean of an open month may still change; no rate is expected before the first day of rates
        dated.is_foreign
        and dated.conversion <> 'constant'
        and dated.day >= rates_begin.first_day
        and (
            not coalesce(rate_days.is_settled, false)
            or (dated.conversion = 'average' and dated.day >= {{ first_of("month", as_of()) }})
        ) as is_rate_open
    from dated
    cross join rates_begin
    left join rate_days on dated.day = rate_days.day
    left join rates
        on dated.is_foreign and dated.rate_day = rates.day and dated.currency = rates.currency
    left join monthly_rates
        on
            dated.is_foreign
            and dated.conversion = 'average'
            and {{ first_of("month", "dated.day") }} = monthly_rates.month
            and dated.currency = monthly_rates.currency
),

-- without a rate there is no amount, and of a ratio neither side counts
final as (
    select
        kpi,
        day,
        dimensions,
        is_foreign,
        rate is null as is_unconverted,
        coalesce(is_rate_open, false) as is_rate_open,
        {{ converted("value", "rate") }} as value,
        case
            when numerator_is_money then {{ converted("numerator", "rate") }}
            when rate is not null then numerator
        end as numerator,
        case
            when denominator_is_money then {{ converted("denominator", "rate") }}
            when rate is not null then denominator
        end as denominator,
        value as own_value,
        numerator as own_numerator,
        denominator as own_denominator,
        cast(rate as {{ rate_type() }}) as rate
    from rated
)

select * from final
