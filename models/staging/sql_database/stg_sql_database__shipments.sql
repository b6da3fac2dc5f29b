{{ config(materialized="table") }}

with newest as ({{ newest_versions("base_sql_database__shipments", "shipment_id", "updated_at") }}),

final as (
    select
        account,
        shipment_id,
        order_id,
        product,
        color,
        quantity,
        shipped_at,
        updated_at
    from newest
)

select * from final
