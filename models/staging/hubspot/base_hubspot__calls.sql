with source as (
    select * from {{ read_lake("hubspot", "calls") }}
),

renamed as (
    select
        call_id,
        called_at,
        direction,
        status,
        owner_id,
        contact_ids,
        merged_into,
        archived_at,
        changed_at,

        -- where it came from
        account,
        _window,
        _file,
        _loaded_by
    from source
)

select * from renamed
