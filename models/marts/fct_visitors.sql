with by_day as (
    select * from {{ ref("stg_google_analytics__visitors_by_day") }}
),

by_month as (
    select * from {{ ref("stg_google_analytics__visitors_by_month") }}
),

final as (
    select
        account,
        'day' as period,
        visited_on as period_start,
        visitors,
        total_users
    from by_day
    union all
    select
        account,
        'month' as period,
        month_start as period_start,
        visitors,
        total_users
    from by_month
)

select * from final
