with shipments as (
    select * from {{ ref("fct_shipments") }}
),

final as (
    select
        account,
        shipped_on as day,
        product,
        color,
        sum(quantity) as value
    from shipments
    group by account, shipped_on, product, color
)

select * from final
