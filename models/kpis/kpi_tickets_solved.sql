with tickets as (
    select * from {{ ref("fct_tickets") }}
),

final as (
    select
        account,
        solved_on as day,
        channel,
        support_group,
        support_type,
        count(*) as value
    from tickets
    where solved_on is not null
    group by account, solved_on, channel, support_group, support_type
)

select * from final
