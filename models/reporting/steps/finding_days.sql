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
        stream,
        window_start,
        coalesce({{ business_day("covered_from") }}, window_start) as first_day,
        coalesce({{ business_day("last_instant") }}, data_through) as last_day
    from windows
),

-- recurring revenue comes from invoices, and is held against the subscriptions as they stand
subscription_differences as (
    {{ rows_or_none("fct_subscription_differences", {"day": "date"}) }}
),

coded as (
    select
        codes.source,
        codes.stream,
        codes.kpi,
        codes.code,
        coalesce(codes.day, spans.first_day) as first_day,
        coalesce(codes.day, spans.last_day) as last_day
    from codes
    inner join spans
        on
            codes.source = spans.source
            and codes.stream = spans.stream
            and codes.window_start = spans.window_start
),

days as (
    select
        source,
        stream,
        kpi,
        code,
        {{ each_day("first_day", "last_day") }} as day
    from coded
),

all_days as (
    select * from days
    union all
    select
        'stripe' as source,
        'invoice_lines' as stream,
        cast(null as {{ dbt.type_string() }}) as kpi,
        'differs_from_total:stripe' as code,
        day
    from subscription_differences
),

final as (
    select distinct
        source,
        stream,
        kpi,
        day,
        code
    from all_days
)

select * from final
