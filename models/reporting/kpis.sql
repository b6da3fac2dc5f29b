with declarations as (
    select * from {{ ref("stg_lake__kpis") }}
),

coverage as (
    select * from {{ ref("kpi_coverage") }}
),

faults as (
    select * from {{ ref("source_faults") }}
),

-- whatever the number of accounts
streams as (
    select distinct
        kpi,
        source,
        stream
    from {{ ref("kpi_traced_streams") }}
),

stream_lists as (
    select
        kpi,
        {{ joined_texts("source || '.' || stream") }} as sources
    from streams
    group by kpi
),

delivered as (
    select
        kpi,
        min(day) as data_from,
        max(day) as data_through
    from coverage
    where delivered and day < {{ as_of() }}
    group by kpi
),

fault_lists as (
    select
        kpi,
        {{ sorted_list("code") }} as standing_flags,
        {{ joined_texts("code") }} as trust
    from faults
    group by kpi
),

final as (
    select
        declarations.kpi,
        declarations.label,
        declarations.description,
        declarations.kind,
        declarations.unit,
        declarations.denominator,
        declarations.direction,
        declarations.precision,
        declarations.dimensions,
        declarations.owner,
        stream_lists.sources,
        declarations.model,
        declarations.every,
        delivered.data_from,
        delivered.data_through,
        coalesce(fault_lists.trust, 'ok') as trust,
        coalesce(fault_lists.standing_flags, {{ list_of([]) }}) as standing_flags,
        declarations.conversion,
        declarations.constant_rate_day
    from declarations
    left join stream_lists on declarations.kpi = stream_lists.kpi
    left join delivered on declarations.kpi = delivered.kpi
    left join fault_lists on declarations.kpi = fault_lists.kpi
)

select * from final
