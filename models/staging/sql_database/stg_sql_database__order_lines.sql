{{ config(materialized="table") }}

with newest as (
    {{ newest_versions("base_sql_database__order_lines", "order_id, line_number", "updated_at") }}
),

final as (
    select
        account,
        order_id,
        line_number,
        product,
        color,
        quantity,
        amount_minor,
        updated_at
    from newest
)

select * from final
