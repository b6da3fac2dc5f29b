with windows as (
    select * from {{ ref("kpi_distinct_windows") }}
),

counts as ({{ distinct_rows_of_kpis() }}),

final as (
    select
        counts.kpi,
        counts.period,
        counts.period_start,
        counts.dimension,
        counts.member,
        counts.value,
        windows.data_through
    from counts
    -- of a period that began before the first day with data, not everyone is known
    inner join windows
        on
            counts.kpi = windows.kpi
            and counts.period = windows.period
            and counts.period_start = windows.period_start
            and {{ counting_account("counts") }} = windows.account
)

select * from final
