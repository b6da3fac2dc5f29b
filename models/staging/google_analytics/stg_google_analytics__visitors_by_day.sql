with source as (
    select * from {{ read_lake("google_analytics", "visitors_by_day") }}
),

renamed as (
    select
        date as visited_on,
        visitors,
        total_users,

        -- where it came from
        account,
        _window,
        _file,
        _loaded_by
    from source
)

select * from renamed
