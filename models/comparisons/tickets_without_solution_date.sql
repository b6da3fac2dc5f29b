with tickets as (
    select * from {{ ref("stg_zendesk__tickets") }}
),

-- those that are merged count as another, and have no day either
solved_on_no_day as (
    select
        account,
        ticket_id
    from {{ ref("fct_tickets") }}
    where is_solved and solved_on is null
),

undated as (
    select
        tickets.account,
        {{ business_day("tickets.updated_at") }} as day
    from tickets
    inner join solved_on_no_day
        on
            tickets.account = solved_on_no_day.account
            and tickets.ticket_id = solved_on_no_day.ticket_id
),

final as (
    select
        'zendesk' as source,
        account,
        'tickets' as stream,
        day,
        count(*) as row_count
    from undated
    group by account, day
)

select * from final
