with tickets as (
    select * from {{ ref("fct_tickets") }}
),

final as (
    select
        opened_on as day,
        channel,
        support_group,
        count(*) as value
    from tickets
    where not is_deleted
    group by opened_on, channel, support_group
)

select * from final
