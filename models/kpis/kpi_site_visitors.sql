with visitors as (
    select * from {{ ref("fct_visitors") }}
),

final as (
    select
        account,
        period,
        period_start,
        visitors as value
    from visitors
)

select * from final
