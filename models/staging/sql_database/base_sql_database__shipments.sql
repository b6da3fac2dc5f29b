with source as (
    select * from {{ read_lake("sql_database", "shipments") }}
),

renamed as (
    select
        shipment_id,
        order_id,
        product,
        color,
        quantity,
        shipped_at,
        updated_at,

        -- where it came from
        account,
        _window,
        _file,
        _loaded_by
    from source
)

select * from renamed
