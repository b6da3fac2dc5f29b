with plans as (
    select * from {{ ref("stg_spreadsheet__kpi_plans") }}
),

windows as (
    select * from {{ ref("stg_lake__windows") }}
    where source = 'spreadsheet' and stream = 'kpi_plans'
),

sheet_kpis as (
    select * from {{ ref("stg_lake__kpis") }}
    where model = 'sheet_plan_days'
),

-- a plan stands as it was last read; one that nobody has any more has no row of that day
newest as (
    select
        account,
        max(window_start) as read_on
    from windows
    group by account
),

started as (
    select
        plans.account,
        plans.kpi,
        sheet_kpis.kind,
        sheet_kpis.every,
        plans.dated_on as day,
        plans.dimensions,
        plans.value,
        plans.numerator,
        plans.denominator,
        {{ start_of("sheet_kpis.every", "plans.dated_on") }} as period_start
    from plans
    inner join newest on plans.account = newest.account and plans.read_on = newest.read_on
    inner join sheet_kpis on plans.kpi = sheet_kpis.kpi and plans.account = sheet_kpis.account
),

final as (
    select
        account,
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
