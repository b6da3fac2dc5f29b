with calls as (
    select * from {{ ref("fct_calls") }}
),

final as (
    select
        account,
        day,
        sales_rep,
        count(*) as value
    from calls
    where direction = 'OUTBOUND' and status = 'COMPLETED'
    group by account, day, sales_rep
)

select * from final
