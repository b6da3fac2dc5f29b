with deals as (
    select * from {{ ref("fct_deals") }}
),

final as (
    select
        account,
        closed_on as day,
        sales_rep,
        pipeline,
        count(case when is_won then deal_id end) as numerator,
        count(*) as denominator
    from deals
    where is_closed and closed_on is not null
    group by account, closed_on, sales_rep, pipeline
)

select * from final
