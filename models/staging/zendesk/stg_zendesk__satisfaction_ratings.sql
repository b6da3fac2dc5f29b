with source as (
    select * from {{ read_lake("zendesk", "satisfaction_ratings") }}
),

renamed as (
    select
        -- ids
        id as rating_id,
        ticket_id,
        group_id,

        -- what it is
        score,

        -- times
        created_at,
        updated_at,

        -- where it came from
        account,
        _window,
        _file,
        _loaded_by
    from source
)

select * from renamed
