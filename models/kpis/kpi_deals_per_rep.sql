with deals as (
    select * from {{ ref("fct_deals") }}
),

headcount as (
    select * from {{ ref("fct_sales_headcount") }}
),

both_sides as (
    select
        account,
        closed_on as day,
        sales_rep,
        1 as deals,
        0 as heads
    from deals
    where is_won and is_of_the_team and closed_on is not null
    union all
    select
        account,
        day,
        sales_rep,
        0 as deals,
        1 as heads
    from headcount
),

final as (
    select
        account,
        day,
        sales_rep,
        sum(deals) as numerator,
        sum(heads) as denominator
    from both_sides
    group by account, day, sales_rep
)

select * from final
