{{ config(materialized="view") }}

with kpis as (
    select * from {{ ref("stg_lake__kpis") }}
),

coverage as (
    select * from {{ ref("due_periods") }}
),

calendar as (
    select * from {{ ref("calendar") }}
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

read_days as (
    select distinct
        kpi,
        day
    from period_days
),

kpi_days as (
    select kpi_days.*
    from {{ ref("kpi_days") }} as kpi_days
    inner join read_days on kpi_days.kpi = read_days.kpi and kpi_days.day = read_days.day
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

numerous as (
    select
        kpi,
        period,
        period_start,
        dimension
    from summed
    group by kpi, period, period_start, dimension
    having count(*) > {{ largest_members() }}
),

ranked as (
    select
        summed.*,
        row_number() over (
            partition by summed.kpi, summed.period, summed.period_start, summed.dimension
            order by abs(coalesce(summed.denominator, summed.value, 0)) desc, summed.member
        ) as place
    from summed
    inner join numerous
        on
            summed.kpi = numerous.kpi
            and summed.period = numerous.period
            and summed.period_start = numerous.period_start
            and summed.dimension = numerous.dimension
),

-- ranked within each period, so that what happens later changes no name in a period that is over
named as (
    select
        kpi,
        period,
        period_start,
        dimension,
        case when place <= {{ largest_members() }} then member else 'other' end as member,
        value,
        numerator,
        denominator,
        own_value,
        own_numerator,
        own_denominator,
        previous_value,
        previous_numerator,
        previous_denominator,
        previous_own_value
    from ranked
),

largest as (
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
    from named
    group by kpi, period, period_start, dimension, member
),

members as (
    select summed.*
    from summed
    left join numerous
        on
            summed.kpi = numerous.kpi
            and summed.period = numerous.period
            and summed.period_start = numerous.period_start
            and summed.dimension = numerous.dimension
    where numerous.kpi is null
    union all
    select * from largest
),

-- a denominator that is a level is averaged over the delivered days
final as (
    select
        members.kpi,
        members.period,
        members.period_start,
        members.dimension,
        members.member,
        members.value,
        members.numerator,
        case kpis.denominator
            when 'level' then {{ quotient("members.denominator", "coverage.delivered_days") }}
            else members.denominator
        end as denominator,
        members.own_value,
        members.own_numerator,
        case kpis.denominator
            when 'level' then {{ quotient("members.own_denominator", "coverage.delivered_days") }}
            else members.own_denominator
        end as own_denominator,
        members.previous_value,
        members.previous_numerator,
        case kpis.denominator
            when 'level'
                then {{ quotient("members.previous_denominator", "coverage.compared_days") }}
            else members.previous_denominator
        end as previous_denominator,
        members.previous_own_value
    from members
    inner join kpis on members.kpi = kpis.kpi
    inner join coverage
        on
            members.kpi = coverage.kpi
            and members.period = coverage.period
            and members.period_start = coverage.period_start
)

select * from final
