with tickets as (
    select * from {{ ref("stg_zendesk__tickets") }}
),

support_groups as (
    select * from {{ ref("dim_support_groups") }}
),

final as (
    select
        tickets.ticket_id,
        {{ business_day("tickets.created_at") }} as opened_on,
        case
            when tickets.status in ('solved', 'closed')
                then {{ business_day("tickets.solved_at") }}
        end as solved_on,
        tickets.status,
        tickets.status = 'deleted' as is_deleted,
        tickets.status in ('solved', 'closed') as is_solved,
        tickets.channel,
        support_groups.group_name as support_group
    from tickets
    left join support_groups on tickets.group_id = support_groups.group_id
)

select * from final
