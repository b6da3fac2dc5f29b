with stretches as (
    select * from {{ ref("kpi_stretches") }}
),

coverage as (
    select * from {{ ref("kpi_coverage") }}
),

calendar as (
    select * from {{ ref("calendar") }}
),

faults as (
    select * from {{ ref("source_faults") }}
),

flagged as (
    select
        stretches.kpi,
        stretches.period,
        stretches.period_start,
        {{ each_element("coverage.flags") }} as code
    from stretches
    inner join calendar
        on stretches.period = calendar.period and stretches.period_start = calendar.period_start
    inner join coverage on stretches.kpi = coverage.kpi and calendar.day = coverage.day
    -- of a stock only what has been since the day it is read on
    where calendar.day >= stretches.read_from
),

codes as (
    select
        kpi,
        period,
        period_start,
        code
    from flagged
    union all
    select
        kpi,
        period,
        period_start,
        case when is_snapshot then 'missed_snapshot' else 'missing_days' end as code
    from stretches
    where missing_days > 0
    union all
    -- a source that fails now says nothing about what was settled before
    select
        stretches.kpi,
        stretches.period,
        stretches.period_start,
        faults.code
    from stretches
    inner join faults on stretches.kpi = faults.kpi
    where stretches.status <> 'complete'
),

different as (
    select distinct
        kpi,
        period,
        period_start,
        code
    from codes
),

final as (
    select
        kpi,
        period,
        period_start,
        {{ joined_texts("code") }} as trust,
        -- an amount in the reporting currency needs no conversion
        {{ joined_texts("nullif(code, 'unconverted_currency')") }} as trust_of_reporting_currency
    from different
    group by kpi, period, period_start
)

select * from final
