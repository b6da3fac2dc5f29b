with tickets as (
    select * from {{ ref("fct_tickets") }}
),

final as (
    select
        account,
        opened_on as day,
        channel,
        support_group,
        support_type,
        count(*) as value
    from tickets
    where not is_deleted and not is_merged
    group by account, opened_on, channel, support_group, support_type
)

select * from final
