with tickets as (
    select * from {{ ref("stg_zendesk__tickets") }}
),

-- those that are merged count as another, and have no day either
solved_on_no_day as (
    select ticket_id
    from {{ ref("fct_tickets") }}
    where is_solved and solved_on is null
),

undated as (
    select {{ business_day("tickets.updated_at") }} as day
    from tickets
    where tickets.ticket_id in (select solved_on_no_day.ticket_id from solved_on_no_day)
),

final as (
    select
        'zendesk' as source,
        'tickets' as stream,
        day,
        count(*) as row_count
    from undated
    group by day
)

select * from final
