with traffic as (
    select * from {{ ref("stg_google_analytics__traffic_by_channel") }}
),

final as (
    select
        account,
        visited_on as day,
        channel,
        sessions,
        engaged_sessions,
        users,
        new_users,
        total_users
    from traffic
)

select * from final
