with shipments as (
    select * from {{ ref("stg_sql_database__shipments") }}
),

final as (
    select
        account,
        shipment_id,
        order_id,
        {{ business_day("shipped_at") }} as shipped_on,
        product,
        color,
        quantity
    from shipments
    -- announced but not shipped yet
    where shipped_at is not null
)

select * from final
