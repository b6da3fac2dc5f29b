with source as (
    select * from {{ read_lake("facebook_pages", "page_insights") }}
),

renamed as (
    select
        date as happened_on,
        metric,
        value as metric_value,

        -- where it came from
        account,
        _window,
        _file,
        _loaded_by
    from source
)

select * from renamed
