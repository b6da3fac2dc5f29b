with activity as (
    select * from {{ ref("fct_page_activity") }}
),

final as (
    select
        account,
        day,
        sum(metric_value) as value
    from activity
    where metric = 'page_post_engagements'
    group by account, day
)

select * from final
