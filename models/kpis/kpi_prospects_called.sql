with prospects as (
    select * from {{ ref("dim_prospects") }}
),

final as (
    select
        account,
        first_called_on as day,
        sales_rep,
        count(*) as value
    from prospects
    group by account, first_called_on, sales_rep
)

select * from final
