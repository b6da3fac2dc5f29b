{{ config(materialized="table") }}

with versions as (
    select * from {{ ref("base_zendesk__tickets") }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by ticket_id
            -- of equally new versions the one from the later window, then any, but always the same
            order by generated_at desc, _window desc, _file asc
        ) as place
    from versions
),

final as (
    select
        ticket_id,
        group_id,
        group_name,
        brand_id,
        status,
        channel,
        created_at,
        solved_at,
        updated_at,
        generated_at
    from ranked
    where place = 1
)

select * from final
