with traffic as (
    select * from {{ ref("fct_traffic") }}
),

final as (
    select
        account,
        day,
        channel,
        sum(engaged_sessions) as numerator,
        sum(sessions) as denominator
    from traffic
    group by account, day, channel
)

select * from final
