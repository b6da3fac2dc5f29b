with performance as (
    select * from {{ ref("fct_ad_performance") }}
),

final as (
    select
        day,
        currency,
        platform,
        campaign,
        sum(attributed_value) as numerator,
        sum(spend) as denominator
    from performance
    group by day, currency, platform, campaign
)

select * from final
