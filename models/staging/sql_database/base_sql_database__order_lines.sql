with source as (
    select * from {{ read_lake("sql_database", "order_lines") }}
),

renamed as (
    select
        order_id,
        line_number,
        product,
        color,
        quantity,
        amount_minor,
        updated_at,

        -- where it came from
        account,
        _window,
        _file,
        _loaded_by
    from source
)

select * from renamed
