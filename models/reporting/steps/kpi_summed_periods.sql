{{ config(materialized="view") }}

with kpis as (
    select * from {{ ref("stg_lake__kpis") }}
),

day_coverage as (
    select * from {{ ref("kpi_coverage") }}
),

period_coverage as (
    select * from {{ ref("due_periods") }}
),

period_values as (
    select * from {{ ref("kpi_period_values") }}
),

calendar as (
    select * from {{ ref("calendar") }}
),

faults as (
    select * from {{ ref("source_faults") }}
),

codes as (
    select
        period_coverage.kpi,
        period_coverage.period,
        period_coverage.period_start,
        {{ each_element("day_coverage.flags") }} as code
    from period_coverage
    inner join calendar
        on
            period_coverage.period = calendar.period
            and period_coverage.period_start = calendar.period_start
    inner join day_coverage
        on period_coverage.kpi = day_coverage.kpi and calendar.day = day_coverage.day
    -- for a stock, only flags since the day it is read on
    where calendar.day >= period_coverage.read_from
    union distinct
    select
        kpi,
        period,
        period_start,
        case when is_snapshot then 'missed_snapshot' else 'missing_days' end as code
    from period_coverage
    where missing_days > 0
    union distinct
    -- a source that fails now does not affect periods that are complete
    select
        period_coverage.kpi,
        period_coverage.period,
        period_coverage.period_start,
        faults.code
    from period_coverage
    inner join faults on period_coverage.kpi = faults.kpi
    where period_coverage.status <> 'complete'
),

trust as (
    select
        kpi,
        period,
        period_start,
        {{ joined_texts("code") }} as trust,
        -- an amount in the reporting currency needs no conversion
        {{ joined_texts("nullif(code, 'unconverted_currency')") }} as trust_of_reporting_currency
    from codes
    group by kpi, period, period_start
),

final as (
    select
        period_values.kpi,
        kpis.kind,
        kpis.unit,
        period_values.period,
        period_values.period_start,
        period_coverage.period_end,
        period_values.dimension,
        period_values.member,
        case
            -- an amount without a rate is not 0
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
            when period_coverage.compare_from is null then null
            when kpis.kind = 'flow' and period_values.previous_own_value is null
                then coalesce(period_values.previous_value, 0)
            when kpis.kind <> 'ratio' then period_values.previous_value
            else
                {{ quotient(
                    "period_values.previous_numerator", "period_values.previous_denominator"
                ) }}
        end as previous_value,
        -- a period that lacks a day is not compared with one that lacks none
        period_coverage.compare_from is not null and period_coverage.missing_days = 0 as has_change,
        period_coverage.status,
        period_coverage.data_through,
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
    inner join period_coverage
        on
            period_values.kpi = period_coverage.kpi
            and period_values.period = period_coverage.period
            and period_values.period_start = period_coverage.period_start
    left join trust
        on
            period_values.kpi = trust.kpi
            and period_values.period = trust.period
            and period_values.period_start = trust.period_start
    where
        kpis.kind <> 'stock'
        or period_values.value is not null
        or period_values.own_value is not null
)

select * from final
