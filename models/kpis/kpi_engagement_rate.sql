with traffic as (
    select * from {{ ref("fct_traffic") }}
),

final as (
    select
        day,
        channel,
        sum(engaged_sessions) as numerator,
        sum(sessions) as denominator
    from traffic
    group by day, channel
)

select * from final
