with kpi_days as (
    select
        *,
        -- money in another currency than the one it adds up in cannot be added to it
        coalesce({{ map_value("dimensions", "currency") }}, {{ reporting_currency() }})
        = {{ reporting_currency() }} as adds_up
    from {{ ref("kpi_days") }}
),

members as (
    select
        kpi,
        day,
        adds_up,
        value,
        numerator,
        denominator,
        {{ each_entry("dimensions") }} as entry
    from kpi_days
),

cells as (
    select
        kpi,
        day,
        'total' as dimension,
        'total' as member,
        value,
        numerator,
        denominator
    from kpi_days
    where adds_up
    union all
    select
        kpi,
        day,
        entry.key as dimension,
        entry.value as member,
        value,
        numerator,
        denominator
    from members
    where adds_up or entry.key = 'currency'
),

final as (
    select
        kpi,
        day,
        dimension,
        member,
        sum(value) as value,
        sum(numerator) as numerator,
        sum(denominator) as denominator
    from cells
    group by kpi, day, dimension, member
)

select * from final
