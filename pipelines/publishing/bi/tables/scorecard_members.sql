with latest as (
    select * from key_result_scores where as_of = (select max(as_of) from key_result_scores)
),

final as (
    select
        as_of,
        key_result_id,
        name as key_result_name,
        kpi,
        "window" as goal_window,
        member as member_name,
        period_start as first_day,
        deadline,
        status,
        case when unit = 'percent' then 'fraction' else unit end as unit,
        cast(actual as double) as actual,
        cast(target as double) as target,
        cast(gap as double) as gap,
        cast(score as double) as score,
        cast(probability as double) as odds
    from latest
    where member <> 'total'
)

select * from final
