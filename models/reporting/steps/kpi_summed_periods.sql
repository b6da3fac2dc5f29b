with kpis as (
    select * from {{ ref("stg_lake__kpis") }}
),

stretches as (
    select * from {{ ref("kpi_stretches") }}
),

comparisons as (
    select * from {{ ref("kpi_comparisons") }}
),

period_values as (
    select * from {{ ref("kpi_period_values") }}
),

trust as (
    select * from {{ ref("kpi_period_trust") }}
),

by_kind as (
    select
        stretches.*,
        period_values.dimension,
        period_values.member,
        comparisons.kpi is not null as is_comparable,
        case
            -- amounts without a rate are no 0
            when kpis.kind = 'flow' and period_values.own_value is null
                then coalesce(period_values.value, 0)
            when kpis.kind <> 'ratio' then period_values.value
            else {{ quotient("period_values.numerator", "period_values.denominator") }}
        end as value,
        case when kpis.kind = 'ratio' then coalesce(period_values.numerator, 0) end as numerator,
        case
            when kpis.kind = 'ratio' then coalesce(period_values.denominator, 0)
        end as denominator,
        case
            when kpis.kind = 'flow' and period_values.previous_own_value is null
                then coalesce(period_values.previous_value, 0)
            when kpis.kind <> 'ratio' then period_values.previous_value
            else
                {{ quotient(
                    "period_values.previous_numerator", "period_values.previous_denominator"
                ) }}
        end as previous_value,
        kpis.unit,
        coalesce(
            case
                when
                    period_values.dimension = 'currency'
                    and period_values.member = {{ reporting_currency() }}
                    then trust.trust_of_reporting_currency
                else trust.trust
            end,
            'ok'
        ) as trust,
        case
            when kpis.kind <> 'ratio' then period_values.own_value
            else {{ quotient("period_values.own_numerator", "period_values.own_denominator") }}
        end as own_value
    from period_values
    inner join kpis on period_values.kpi = kpis.kpi
    inner join stretches
        on
            period_values.kpi = stretches.kpi
            and period_values.period = stretches.period
            and period_values.period_start = stretches.period_start
    left join comparisons
        on
            period_values.kpi = comparisons.kpi
            and period_values.period = comparisons.period
            and period_values.period_start = comparisons.period_start
    left join trust
        on
            period_values.kpi = trust.kpi
            and period_values.period = trust.period
            and period_values.period_start = trust.period_start
    where
        kpis.kind <> 'stock'
        or period_values.value is not null
        or period_values.own_value is not null
),

final as (
    select
        kpi,
        kind,
        unit,
        period,
        period_start,
        period_end,
        dimension,
        member,
        value,
        numerator,
        denominator,
        case when is_comparable then previous_value end as previous_value,
        -- what lacks a day is not set against what is whole
        is_comparable and missing_days = 0 as has_change,
        status,
        data_through,
        trust,
        own_value
    from by_kind
)

select * from final
