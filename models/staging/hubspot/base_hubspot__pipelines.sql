with source as (
    select * from {{ read_lake("hubspot", "pipelines") }}
),

renamed as (
    select
        pipeline_id,
        label,
        listed_on,

        -- where it came from
        account,
        _window,
        _file,
        _loaded_by
    from source
)

select * from renamed
