with insights as (
    select * from {{ ref("stg_facebook_pages__page_insights") }}
),

final as (
    select
        account,
        happened_on as day,
        metric,
        metric_value
    from insights
)

select * from final
