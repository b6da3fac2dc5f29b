with source as (
    select * from {{ read_lake("hubspot", "merged_contacts") }}
),

renamed as (
    select
        contact_id,
        merged_into,
        changed_at,

        -- where it came from
        account,
        _window,
        _file,
        _loaded_by
    from source
)

select * from renamed
