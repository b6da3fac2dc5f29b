with source as (
    select * from {{ read_lake("google_analytics", "visitors_by_month") }}
),

renamed as (
    select
        month as month_start,
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
