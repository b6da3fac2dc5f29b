with lines as (
    select * from {{ ref("fct_order_lines") }}
),

final as (
    select
        account,
        ordered_on as day,
        product,
        color,
        sum(quantity) as value
    from lines
    where not is_cancelled
    group by account, ordered_on, product, color
)

select * from final
