with source as (
    select * from {{ read_lake("hubspot", "owners") }}
),

renamed as (
    select
        owner_id,
        kind,
        name,
        is_archived,
        created_at,
        updated_at,
        listed_on,

        -- where it came from
        account,
        _window,
        _file,
        _loaded_by
    from source
)

select * from renamed
