with source as (
    select * from {{ read_lake("facebook_pages", "page_snapshot") }}
),

renamed as (
    select
        date as snapshot_on,
        page_id,
        likes,
        followers,

        -- where it came from
        account,
        _window,
        _file,
        _loaded_by
    from source
)

select * from renamed
