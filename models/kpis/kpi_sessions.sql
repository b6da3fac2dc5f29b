with traffic as (
    select * from {{ ref("fct_traffic") }}
),

final as (
    select
        account,
        day,
        channel,
        sum(sessions) as value
    from traffic
    group by account, day, channel
)

select * from final
