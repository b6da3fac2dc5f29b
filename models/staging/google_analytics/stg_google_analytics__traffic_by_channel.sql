with source as (
    select * from {{ read_lake("google_analytics", "traffic_by_channel") }}
),

renamed as (
    select
        date as visited_on,
        channel,
        sessions,
        engaged_sessions,
        users,
        new_users,
        total_users,

        -- where it came from
        account,
        _window,
        _file,
        _loaded_by
    from source
)

select * from renamed
