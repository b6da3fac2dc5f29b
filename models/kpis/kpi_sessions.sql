with traffic as (
    select * from {{ ref("fct_traffic") }}
),

final as (
    select
        day,
        channel,
        sum(sessions) as value
    from traffic
    group by day, channel
)

select * from final
