{{ config(materialized="table") }}

with versions as (
    select * from {{ ref("base_hubspot__calls") }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by call_id
            -- of equally new versions the one from the later window, then any, but always the same
            order by changed_at desc, _window desc, _file asc
        ) as place
    from versions
),

final as (
    select
        call_id,
        called_at,
        direction,
        status,
        owner_id,
        contact_ids,
        changed_at
    from ranked
    where place = 1 and archived_at is null
)

select * from final
