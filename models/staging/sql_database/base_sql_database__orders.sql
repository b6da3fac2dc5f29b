with source as (
    select * from {{ read_lake("sql_database", "orders") }}
),

renamed as (
    select
        order_id,
        customer_id,
        status,
        upper(currency) as currency,
        total_minor,
        ordered_at,
        updated_at,

        -- where it came from
        account,
        _window,
        _file,
        _loaded_by
    from source
)

select * from renamed
