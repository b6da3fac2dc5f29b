{{ config(materialized="table") }}

with versions as (
    select * from {{ ref("base_sql_database__orders") }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by order_id
            -- of equally new versions the one from the later window, then any, but always the same
            order by updated_at desc, _window desc, _file asc
        ) as place
    from versions
),

final as (
    select
        order_id,
        customer_id,
        status,
        currency,
        total_minor,
        ordered_at,
        updated_at
    from ranked
    where place = 1
)

select * from final
