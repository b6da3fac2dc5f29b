with performance as (
    select * from {{ ref("fct_ad_performance") }}
),

final as (
    select
        account,
        day,
        currency,
        platform,
        campaign,
        -- without a value there is no return, and neither side counts
        case when count(attributed_value) = count(*) then sum(attributed_value) end as numerator,
        case when count(attributed_value) = count(*) then sum(spend) end as denominator
    from performance
    group by account, day, currency, platform, campaign
)

select * from final
