with kpi_values as (
    select * from {{ ref("stg_spreadsheet__kpi_values") }}
),

rhythms as ({{ sheet_kpi_rhythms() }}),

started as (
    select
        kpi_values.kpi,
        rhythms.kind,
        rhythms.every,
        kpi_values.dated_on as day,
        kpi_values.dimensions,
        kpi_values.value,
        kpi_values.numerator,
        kpi_values.denominator,
        case rhythms.every
            when 'week' then {{ first_of("week", "kpi_values.dated_on") }}
            when 'month' then {{ first_of("month", "kpi_values.dated_on") }}
            when 'quarter' then {{ fiscal_start(3, "kpi_values.dated_on") }}
            else kpi_values.dated_on
        end as period_start
    from kpi_values
    inner join rhythms on kpi_values.kpi = rhythms.kpi
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
