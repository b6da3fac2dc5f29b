{% set day_of_stream = {
    "source": dbt.type_string(),
    "account": dbt.type_string(),
    "stream": dbt.type_string(),
    "day": "date",
} %}
{% set instance = instance_of("source", "account") %}

with codes as (
    select * from {{ ref("finding_codes") }}
),

windows as (
    select
        *,
        covered_until - interval '1' second as last_instant
    from {{ ref("stg_lake__windows") }}
),

-- the business days that a window touches: if its source's days begin at another hour, the first and last only partly
spans as (
    select
        source,
        account,
        stream,
        window_start,
        coalesce({{ business_day("covered_from") }}, window_start) as first_day,
        coalesce({{ business_day("last_instant") }}, data_through) as last_day
    from windows
),

differences as (
    {{ rows_or_none("subscription_differences", day_of_stream) }}
),

-- rows that no day counts
uncounted as (
    {{ rows_or_none("deals_without_close_date", day_of_stream) }}
    union all
    {{ rows_or_none("order_lines_without_order", day_of_stream) }}
    union all
    {{ rows_or_none("tickets_without_solution_date", day_of_stream) }}
),

-- what is wrong with a plan is what its sheets had when they were last read
newest_plans as (
    select
        source,
        account,
        stream,
        max(window_start) as window_start
    from windows
    where source = 'spreadsheet' and stream = 'kpi_plans'
    group by source, account, stream
),

coded as (
    select
        codes.source,
        codes.account,
        codes.stream,
        codes.kpi,
        codes.code,
        coalesce(codes.day, spans.first_day) as first_day,
        coalesce(codes.day, spans.last_day) as last_day
    from codes
    inner join spans
        on
            codes.source = spans.source
            and codes.account = spans.account
            and codes.stream = spans.stream
            and codes.window_start = spans.window_start
    left join newest_plans
        on
            codes.source = newest_plans.source
            and codes.account = newest_plans.account
            and codes.stream = newest_plans.stream
    where coalesce(codes.window_start = newest_plans.window_start, true)
),

days as (
    select
        source,
        account,
        stream,
        kpi,
        {{ each_day("first_day", "last_day") }} as day,
        code
    from coded
),

all_days as (
    select * from days
    union all
    select
        source,
        account,
        stream,
        cast(null as {{ dbt.type_string() }}) as kpi,
        day,
        'differs_from_total:' || {{ instance }} as code
    from differences
    union all
    select
        source,
        account,
        stream,
        cast(null as {{ dbt.type_string() }}) as kpi,
        day,
        'set_aside:' || {{ instance }} as code
    from uncounted
),

final as (
    select distinct
        source,
        account,
        stream,
        kpi,
        day,
        code
    from all_days
)

select * from final
