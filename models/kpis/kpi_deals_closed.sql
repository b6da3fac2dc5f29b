with deals as (
    select * from {{ ref("fct_deals") }}
),

headcount as (
    select * from {{ ref("fct_sales_headcount") }}
),

worked as (
    select distinct
        account,
        owner_id,
        pipeline
    from deals
),

counted as (
    select
        account,
        closed_on as day,
        sales_rep,
        pipeline,
        1 as deals
    from deals
    where is_won and closed_on is not null
    union all
    -- who was there and won nothing has won 0: a goal for each member asks them too
    select
        headcount.account,
        headcount.day,
        headcount.sales_rep,
        worked.pipeline,
        0 as deals
    from headcount
    inner join worked
        on headcount.account = worked.account and headcount.owner_id = worked.owner_id
),

final as (
    select
        account,
        day,
        sales_rep,
        pipeline,
        sum(deals) as value
    from counted
    group by account, day, sales_rep, pipeline
)

select * from final
