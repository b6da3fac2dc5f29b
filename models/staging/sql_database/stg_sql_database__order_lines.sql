{{ config(materialized="table") }}

with versions as (
    select * from {{ ref("base_sql_database__order_lines") }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by order_id, line_number
            -- of equally new versions the one from the later window, then any, but always the same
            order by updated_at desc, _window desc, _file asc
        ) as place
    from versions
),

final as (
    select
        order_id,
        line_number,
        product,
        color,
        quantity,
        amount_minor,
        updated_at
    from ranked
    where place = 1
)

select * from final
