with reps as (
    select * from {{ ref("dim_sales_reps") }}
),

final as (
    select
        sales_rep as member,
        joined_on as first_day,
        left_on as last_day
    from reps
    where is_on_team
)

select * from final
