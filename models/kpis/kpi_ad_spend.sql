with performance as (
    select * from {{ ref("fct_ad_performance") }}
),

final as (
    select
        day,
        currency,
        platform,
        sum(spend) as value
    from performance
    group by day, currency, platform
)

select * from final
