with ratings as (
    select * from {{ ref("stg_zendesk__satisfaction_ratings") }}
),

tickets as (
    select * from {{ ref("fct_tickets") }}
),

support_groups as (
    select * from {{ ref("dim_support_groups") }}
),

classified as (
    select
        *,
        score in ('good', 'bad', 'neutral') as is_answered,
        -- a survey about a conversation has no ticket
        coalesce(ticket_id, rating_id) as about
    from ratings
),

ranked as (
    select
        *,
        row_number() over (
            partition by account, about
            -- the last answer counts; being asked again does not replace an answer
            order by
                case when is_answered then 0 else 1 end asc,
                created_at desc,
                rating_id desc
        ) as place
    from classified
),

final as (
    select
        ranked.account,
        ranked.rating_id,
        ranked.ticket_id,
        {{ business_day("ranked.created_at") }} as day,
        ranked.score,
        ranked.is_answered,
        tickets.channel,
        coalesce(support_groups.group_name, tickets.support_group) as support_group
    from ranked
    left join tickets
        on ranked.account = tickets.account and ranked.ticket_id = tickets.ticket_id
    left join support_groups
        on ranked.account = support_groups.account and ranked.group_id = support_groups.group_id
    where ranked.place = 1
)

select * from final
