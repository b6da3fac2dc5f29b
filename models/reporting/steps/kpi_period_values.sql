{{ config(materialized="view") }}

with kpis as (
    select * from {{ ref("stg_lake__kpis") }}
),

kpi_days as (
    select * from {{ ref("kpi_days") }}
),

coverage as (
    select * from {{ ref("kpi_period_coverage") }}
),

calendar as (
    select * from {{ ref("calendar") }}
),

entries as (
    select
        *,
        {{ each_element("map_entries(dimensions)") }} as entry
    from kpi_days
),

-- amounts in different currencies cannot be added up: only members of the dimension currency have own amounts
member_rows as (
    select
        kpi,
        day,
        'total' as dimension,
        'total' as member,
        value,
        numerator,
        denominator,
        cast(null as {{ amount_type() }}) as own_value,
        cast(null as {{ amount_type() }}) as own_numerator,
        cast(null as {{ amount_type() }}) as own_denominator
    from kpi_days
    where rate is not null
    union all
    select
        kpi,
        day,
        entry.key as dimension,
        entry.value as member,
        value,
        numerator,
        denominator,
        case when entry.key = 'currency' then own_value end as own_value,
        case when entry.key = 'currency' then own_numerator end as own_numerator,
        case when entry.key = 'currency' then own_denominator end as own_denominator
    from entries
    where rate is not null or entry.key = 'currency'
),

member_days as (
    select
        kpi,
        day,
        dimension,
        member,
        sum(value) as value,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        sum(own_value) as own_value,
        sum(own_numerator) as own_numerator,
        sum(own_denominator) as own_denominator
    from member_rows
    group by kpi, day, dimension, member
),

-- the days of each period, and those of the one before that it is compared with
period_days as (
    select
        coverage.kpi,
        coverage.period,
        coverage.period_start,
        calendar.day,
        false as is_previous
    from coverage
    inner join calendar
        on coverage.period = calendar.period and coverage.period_start = calendar.period_start
    where calendar.day between coverage.read_from and coverage.read_to
    union all
    select
        coverage.kpi,
        coverage.period,
        coverage.period_start,
        calendar.day,
        true as is_previous
    from coverage
    inner join calendar
        on coverage.period = calendar.period and coverage.previous_start = calendar.period_start
    where calendar.day between coverage.compare_from and coverage.compare_to
),

contributions as (
    select
        period_days.kpi,
        period_days.period,
        period_days.period_start,
        period_days.is_previous,
        member_days.dimension,
        member_days.member,
        member_days.value,
        member_days.numerator,
        member_days.denominator,
        member_days.own_value,
        member_days.own_numerator,
        member_days.own_denominator
    from period_days
    inner join member_days
        on period_days.kpi = member_days.kpi and period_days.day = member_days.day
    union all
    -- the total has a row for every period in which something was delivered, even without a row of data
    select
        kpi,
        period,
        period_start,
        false as is_previous,
        'total' as dimension,
        'total' as member,
        null as value,
        null as numerator,
        null as denominator,
        null as own_value,
        null as own_numerator,
        null as own_denominator
    from coverage
),

summed as (
    select
        kpi,
        period,
        period_start,
        dimension,
        member,
        sum(case when not is_previous then value end) as value,
        sum(case when not is_previous then numerator end) as numerator,
        sum(case when not is_previous then denominator end) as denominator,
        sum(case when not is_previous then own_value end) as own_value,
        sum(case when not is_previous then own_numerator end) as own_numerator,
        sum(case when not is_previous then own_denominator end) as own_denominator,
        sum(case when is_previous then value end) as previous_value,
        sum(case when is_previous then numerator end) as previous_numerator,
        sum(case when is_previous then denominator end) as previous_denominator,
        sum(case when is_previous then own_value end) as previous_own_value
    from contributions
    group by kpi, period, period_start, dimension, member
),

-- a denominator that is a level is averaged over the delivered days
final as (
    select
        summed.kpi,
        summed.period,
        summed.period_start,
        summed.dimension,
        summed.member,
        summed.value,
        summed.numerator,
        case kpis.denominator
            when 'level' then {{ quotient("summed.denominator", "coverage.delivered_days") }}
            else summed.denominator
        end as denominator,
        summed.own_value,
        summed.own_numerator,
        case kpis.denominator
            when 'level' then {{ quotient("summed.own_denominator", "coverage.delivered_days") }}
            else summed.own_denominator
        end as own_denominator,
        summed.previous_value,
        summed.previous_numerator,
        case kpis.denominator
            when 'level'
                then {{ quotient("summed.previous_denominator", "coverage.compared_days") }}
            else summed.previous_denominator
        end as previous_denominator,
        summed.previous_own_value
    from summed
    inner join kpis on summed.kpi = kpis.kpi
    inner join coverage
        on
            summed.kpi = coverage.kpi
            and summed.period = coverage.period
            and summed.period_start = coverage.period_start
)

select * from final
