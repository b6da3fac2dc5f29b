with kpi_days as (
    select * from {{ ref("kpi_days") }}
),

members as (
    select
        *,
        {{ each_entry("dimensions") }} as entry
    from kpi_days
),

-- amounts of several currencies in their own add up to nothing: only the members of that dimension have them
cells as (
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
    from members
    where rate is not null or entry.key = 'currency'
),

final as (
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
    from cells
    group by kpi, day, dimension, member
)

select * from final
