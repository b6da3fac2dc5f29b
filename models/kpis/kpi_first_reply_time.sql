with tickets as (
    select * from {{ ref("fct_tickets") }}
),

final as (
    select
        account,
        first_replied_on as day,
        channel,
        support_group,
        {{ quotient("cast(sum(first_reply_seconds) as " ~ amount_type() ~ ")", "60") }}
            as numerator,
        count(*) as denominator
    from tickets
    where first_replied_on is not null and not is_deleted and not is_merged
    group by account, first_replied_on, channel, support_group
)

select * from final
