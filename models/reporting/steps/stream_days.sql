with windows as (
    select * from {{ ref("stg_lake__windows") }}
),

-- without instants, a window's days are taken for business days: its source counts days, or its rows move to later
-- windows as they change, so that the newest window holds everything up to its pull
counted as (
    select
        source,
        account,
        stream,
        {{ each_day("window_start", "data_through") }} as day,
        is_settled,
        flags
    from windows
    where covered_until is null
),

followed as (
    select
        *,
        covered_until - interval '1' second as last_instant,
        {{ business_day("covered_from - interval '1' second") }} as day_before,
        {{ business_day("covered_until") }} as next_day,
        lag(covered_until)
            over (partition by source, account, stream order by window_start)
            as last_until
    from windows
    where covered_until is not null
),

-- if the source's days begin at another hour, a business day lies in two windows
touched as (
    select
        *,
        {{ each_day(business_day("covered_from"), business_day("last_instant")) }} as day
    from followed
),

bounded as (
    select
        source,
        account,
        stream,
        day,
        is_settled,
        flags,
        -- the window before it ends where it begins, or it holds the day's first instant
        coalesce(covered_from = last_until, false) or day_before < day as is_begun,
        next_day > day as is_ended
    from touched
),

-- a day is covered if its windows follow each other without a gap from its first instant to its last
whole as (
    select
        source,
        account,
        stream,
        day,
        min(case when is_settled then 1 else 0 end) = 1 as is_settled
    from bounded
    group by source, account, stream, day
    having
        min(case when is_begun then 1 else 0 end) = 1
        and max(case when is_ended then 1 else 0 end) = 1
),

flagged as (
    select
        source,
        account,
        stream,
        day,
        {{ each_element("flags") }} as flag
    from bounded
),

flag_lists as (
    select
        source,
        account,
        stream,
        day,
        {{ sorted_list("flag") }} as flags
    from flagged
    group by source, account, stream, day
),

final as (
    select * from counted
    union all
    select
        whole.source,
        whole.account,
        whole.stream,
        whole.day,
        whole.is_settled,
        coalesce(flag_lists.flags, {{ list_of([]) }}) as flags
    from whole
    left join flag_lists
        on
            whole.source = flag_lists.source
            and whole.account = flag_lists.account
            and whole.stream = flag_lists.stream
            and whole.day = flag_lists.day
)

select * from final
