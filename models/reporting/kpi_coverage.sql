with expected as (
    select * from {{ ref("kpi_expected_days") }}
),

amounts as (
    select * from {{ ref("kpi_converted_amounts") }}
),

flagged as (
    select
        kpi,
        day,
        {{ each_element("flags") }} as flag
    from expected
    union all
    select
        kpi,
        day,
        'missed_snapshot' as flag
    from expected
    where is_missed_snapshot
    union all
    -- what is in another currency and has no rate cannot be added up
    select
        kpi,
        day,
        'unconverted_currency' as flag
    from amounts
    where is_unconverted
),

flag_lists as (
    select
        kpi,
        day,
        {{ sorted_list("flag") }} as flags
    from flagged
    group by kpi, day
),

open_rates as (
    select distinct
        kpi,
        day
    from amounts
    where is_rate_open
),

covered as (
    select
        kpi,
        day,
        min(case when is_delivered then 1 else 0 end) = 1 as delivered,
        min(case when is_settled then 1 else 0 end) = 1 as settled
    from expected
    group by kpi, day
),

final as (
    select
        covered.kpi,
        covered.day,
        covered.delivered,
        covered.settled and open_rates.day is null as settled,
        coalesce(flag_lists.flags, {{ list_of([]) }}) as flags
    from covered
    left join flag_lists on covered.kpi = flag_lists.kpi and covered.day = flag_lists.day
    left join open_rates on covered.kpi = open_rates.kpi and covered.day = open_rates.day
)

select * from final
