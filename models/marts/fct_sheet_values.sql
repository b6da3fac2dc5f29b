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
    inner join sheet_kpis
        on kpi_values.kpi = sheet_kpis.kpi and kpi_values.account = sheet_kpis.account
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
        {{ add_days(-1, start_after(1, "every", "period_start")) }} as period_end
    from started
)

select * from final
