with lines as (
    select * from {{ ref("stg_sql_database__order_lines") }}
),

orders as (
    select * from {{ ref("stg_sql_database__orders") }}
),

windows as (
    select * from {{ ref("stg_lake__windows") }}
    where source = 'sql_database' and stream = 'orders'
),

-- an order that has changed since its last line did may come with the next pull
pulled as (
    select
        account,
        max(data_through) as last_day
    from windows
    group by account
),

unmatched as (
    select
        lines.account,
        {{ business_day("lines.updated_at") }} as day
    from lines
    left join orders on lines.account = orders.account and lines.order_id = orders.order_id
    where orders.order_id is null
),

final as (
    select
        'sql_database' as source,
        unmatched.account,
        'order_lines' as stream,
        unmatched.day,
        count(*) as row_count
    from unmatched
    inner join pulled
        on unmatched.account = pulled.account and unmatched.day < pulled.last_day
    group by unmatched.account, unmatched.day
)

select * from final
