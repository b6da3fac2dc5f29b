with performance as (
    select * from {{ ref("fct_ad_performance") }}
),

final as (
    select
        account,
        day,
        currency,
        platform,
        sum(spend) as value
    from performance
    group by account, day, currency, platform
)

select * from final
