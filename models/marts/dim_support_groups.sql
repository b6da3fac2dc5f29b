with tickets as (
    select * from {{ ref("stg_zendesk__tickets") }}
),

ranked as (
    select
        account,
        group_id,
        group_name,
        row_number() over (
            partition by account, group_id order by generated_at desc, ticket_id asc
        ) as place
    from tickets
    where group_name is not null
),

final as (
    select
        account,
        group_id,
        group_name
    from ranked
    where place = 1
)

select * from final
