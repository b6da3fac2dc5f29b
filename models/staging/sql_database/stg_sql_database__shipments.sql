{{ config(materialized="table") }}

with versions as (
    select * from {{ ref("base_sql_database__shipments") }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by shipment_id
            -- of equally new versions the one from the later window, then any, but always the same
            order by updated_at desc, _window desc, _file asc
        ) as place
    from versions
),

final as (
    select
        shipment_id,
        order_id,
        product,
        color,
        quantity,
        shipped_at,
        updated_at
    from ranked
    where place = 1
)

select * from final
