{{ config(**kept_by_period()) }}
-- depends_on: {{ ref("kpi_period_coverage") }}

with summed as (
    select * from {{ ref("kpi_summed_periods") }}
),

reported as (
    select * from {{ ref("kpi_distinct_periods") }}
),

kpis as (
    select * from {{ ref("kpis") }}
),

all_kinds as (
    select * from summed
    union all
    select * from reported
),

compared as (
    select
        *,
        case when has_change then value - previous_value end as change
    from all_kinds
),

final as (
    select
        compared.kpi,
        compared.period,
        compared.period_start,
        compared.period_end,
        compared.dimension,
        compared.member,
        compared.value,
        compared.numerator,
        compared.denominator,
        compared.unit,
        compared.kind,
        compared.previous_value,
        cast(compared.change as {{ amount_type() }}) as change,
        {{ quotient("compared.change", "abs(compared.previous_value)") }} as change_pct,
        compared.status,
        compared.data_through,
        compared.trust,
        kpis.sources,
        cast(null as {{ instant_type() }}) as known_from,
        cast(null as {{ instant_type() }}) as known_to,
        {{ run_id() }} as run_id,
        compared.status = 'complete' as complete,
        cast(compared.own_value as {{ amount_type() }}) as own_value
    from compared
    inner join kpis on compared.kpi = kpis.kpi
)

select * from final
