with tickets as (
    select * from {{ ref("stg_zendesk__tickets") }}
),

support_groups as (
    select * from {{ ref("dim_support_groups") }}
),

classified as (
    select
        tickets.*,
        -- A follow-up has all tags of the ticket that it continues, and that of a merge too.
        coalesce(
            tickets.status = 'closed'
            and tickets.has_merge_tag
            and not coalesce(continued.has_merge_tag, false),
            false
        ) as is_merged,
        coalesce(tickets.first_reply_seconds, 60 * tickets.first_reply_minutes) as reply_seconds
    from tickets
    left join tickets as continued
        on tickets.account = continued.account and tickets.follow_up_of = continued.ticket_id
),

final as (
    select
        classified.account,
        classified.ticket_id,
        {{ business_day("classified.created_at") }} as opened_on,
        case
            when classified.status in ('solved', 'closed') and not classified.is_merged
                then {{ business_day("classified.solved_at") }}
        end as solved_on,
        {{ business_day(add_seconds("classified.reply_seconds", "classified.created_at")) }}
            as first_replied_on,
        classified.reply_seconds as first_reply_seconds,
        classified.first_reply_business_minutes,
        classified.status,
        classified.status = 'deleted' as is_deleted,
        classified.is_merged,
        classified.status in ('solved', 'closed') and not classified.is_merged as is_solved,
        classified.channel,
        -- Without a type it is listed among those of people.
        coalesce(classified.support_type, 'agent') as support_type,
        support_groups.group_name as support_group
    from classified
    left join support_groups
        on
            classified.account = support_groups.account
            and classified.group_id = support_groups.group_id
)

select * from final
