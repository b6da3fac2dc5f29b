with kpis as (
    select * from {{ ref("stg_lake__kpis") }}
),

reported as (
    select * from {{ ref("kpi_distinct") }}
),

windows as (
    select * from {{ ref("kpi_distinct_windows") }}
),

trust as (
    select * from {{ ref("kpi_distinct_trust") }}
),

known as (
    select
        kpis.kind,
        kpis.unit,
        reported.kpi,
        reported.period,
        reported.period_start,
        windows.period_end,
        windows.previous_start,
        reported.dimension,
        reported.member,
        reported.value,
        windows.status,
        windows.data_through
    from reported
    inner join kpis on reported.kpi = kpis.kpi
    inner join windows
        on
            reported.kpi = windows.kpi
            and reported.period = windows.period
            and reported.period_start = windows.period_start
    -- a count cannot be cut at the day being played: one that reaches past it is not known on that day
    where windows.data_through < {{ as_of() }}
),

final as (
    select
        known.kpi,
        known.kind,
        known.unit,
        known.period,
        known.period_start,
        known.period_end,
        known.dimension,
        known.member,
        known.value,
        cast(null as {{ amount_type() }}) as numerator,
        cast(null as {{ amount_type() }}) as denominator,
        previous.value as previous_value,
        previous.value is not null as has_change,
        known.status,
        known.data_through,
        coalesce(trust.trust, 'ok') as trust,
        cast(null as {{ amount_type() }}) as own_value
    from known
    -- the people of a part of a month cannot be told from the count of the whole: no part is compared
    left join known as previous
        on
            known.kpi = previous.kpi
            and known.period = previous.period
            and known.previous_start = previous.period_start
            and known.dimension = previous.dimension
            and known.member = previous.member
            and known.status <> 'partial'
            and previous.status <> 'partial'
    left join trust
        on
            known.kpi = trust.kpi
            and known.period = trust.period
            and known.period_start = trust.period_start
)

select * from final
