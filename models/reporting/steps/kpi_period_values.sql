with kpis as (
    select * from {{ ref("stg_lake__kpis") }}
),

cells as (
    select * from {{ ref("kpi_cells") }}
),

stretches as (
    select * from {{ ref("kpi_stretches") }}
),

comparisons as (
    select * from {{ ref("kpi_comparisons") }}
),

calendar as (
    select * from {{ ref("calendar") }}
),

contributions as (
    select
        stretches.kpi,
        stretches.period,
        stretches.period_start,
        cells.dimension,
        cells.member,
        cells.value,
        cells.numerator,
        cells.denominator,
        cells.own_value,
        cells.own_numerator,
        cells.own_denominator,
        cast(null as {{ amount_type() }}) as previous_value,
        cast(null as {{ amount_type() }}) as previous_numerator,
        cast(null as {{ amount_type() }}) as previous_denominator,
        cast(null as {{ amount_type() }}) as previous_own_value
    from stretches
    inner join calendar
        on stretches.period = calendar.period and stretches.period_start = calendar.period_start
    inner join cells on stretches.kpi = cells.kpi and calendar.day = cells.day
    where calendar.day between stretches.read_from and stretches.read_to
    union all
    select
        comparisons.kpi,
        comparisons.period,
        comparisons.period_start,
        cells.dimension,
        cells.member,
        cast(null as {{ amount_type() }}) as value,
        cast(null as {{ amount_type() }}) as numerator,
        cast(null as {{ amount_type() }}) as denominator,
        cast(null as {{ amount_type() }}) as own_value,
        cast(null as {{ amount_type() }}) as own_numerator,
        cast(null as {{ amount_type() }}) as own_denominator,
        cells.value as previous_value,
        cells.numerator as previous_numerator,
        cells.denominator as previous_denominator,
        cells.own_value as previous_own_value
    from comparisons
    inner join calendar
        on
            comparisons.period = calendar.period
            and comparisons.previous_start = calendar.period_start
    inner join cells on comparisons.kpi = cells.kpi and calendar.day = cells.day
    where calendar.day between comparisons.compare_from and comparisons.compare_to
    union all
    -- the whole has a row wherever something was delivered, be it nothing
    select
        kpi,
        period,
        period_start,
        'total' as dimension,
        'total' as member,
        null as value,
        null as numerator,
        null as denominator,
        null as own_value,
        null as own_numerator,
        null as own_denominator,
        null as previous_value,
        null as previous_numerator,
        null as previous_denominator,
        null as previous_own_value
    from stretches
),

summed as (
    select
        kpi,
        period,
        period_start,
        dimension,
        member,
        sum(value) as value,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        sum(own_value) as own_value,
        sum(own_numerator) as own_numerator,
        sum(own_denominator) as own_denominator,
        sum(previous_value) as previous_value,
        sum(previous_numerator) as previous_numerator,
        sum(previous_denominator) as previous_denominator,
        sum(previous_own_value) as previous_own_value
    from contributions
    group by kpi, period, period_start, dimension, member
),

-- a denominator that is a level counts by its average over the days
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
            when 'level' then {{ quotient("summed.denominator", "stretches.delivered_days") }}
            else summed.denominator
        end as denominator,
        summed.own_value,
        summed.own_numerator,
        case kpis.denominator
            when 'level' then {{ quotient("summed.own_denominator", "stretches.delivered_days") }}
            else summed.own_denominator
        end as own_denominator,
        summed.previous_value,
        summed.previous_numerator,
        case kpis.denominator
            when 'level'
                then {{ quotient("summed.previous_denominator", "comparisons.delivered_days") }}
            else summed.previous_denominator
        end as previous_denominator,
        summed.previous_own_value
    from summed
    inner join kpis on summed.kpi = kpis.kpi
    inner join stretches
        on
            summed.kpi = stretches.kpi
            and summed.period = stretches.period
            and summed.period_start = stretches.period_start
    left join comparisons
        on
            summed.kpi = comparisons.kpi
            and summed.period = comparisons.period
            and summed.period_start = comparisons.period_start
)

select * from final
