{{ config(materialized="table") }}

with newest as ({{ newest_versions("base_sql_database__orders", "order_id", "updated_at") }}),

final as (
    select
        account,
        order_id,
        customer_id,
        status,
        currency,
        total_minor,
        ordered_at,
        updated_at
    from newest
)

select * from final
