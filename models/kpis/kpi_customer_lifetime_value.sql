with customers as (
    select * from {{ ref("dim_customers") }}
),

final as (
    select
        account,
        first_ordered_on as day,
        currency,
        sum(lifetime_sales) as numerator,
        count(*) as denominator
    from customers
    group by account, first_ordered_on, currency
)

select * from final
