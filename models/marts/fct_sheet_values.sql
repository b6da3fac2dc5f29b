with kpi_values as (
    select * from {{ ref("stg_spreadsheet__kpi_values") }}
),

sheet_kpis as (
    select * from {{ ref("stg_lake__kpis") }}
    where model = 'sheet_kpi_days'
),

started as (
    select
        kpi_values.kpi,
        sheet_kpis.kind,
        sheet_kpis.every,
        kpi_values.dated_on as day,
        kpi_values.dimensions,
        kpi_values.value,
        kpi_values.numerator,
        kpi_values.denominator,
        {{ start_of("sheet_kpis.every", "kpi_values.dated_on") }} as period_start
    from kpi_values
    inner join sheet_kpis on kpi_values.kpi = sheet_kpis.kpi
),

final as (
    select
        kpi,
        kind,
        every,
        day,
        dimensions,
        value,
        numerator,
        denominator,
        period_start,
        case every
            when 'week' then {{ add_days(6, "period_start") }}
            when 'month' then {{ add_days(-1, add_months(1, "period_start")) }}
            when 'quarter' then {{ add_days(-1, add_months(3, "period_start")) }}
            else day
        end as period_end
    from started
)

select * from final
