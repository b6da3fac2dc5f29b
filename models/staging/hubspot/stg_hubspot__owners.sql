{{ config(materialized="table") }}

with versions as (
    select * from {{ ref("base_hubspot__owners") }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by owner_id
            -- of equally new versions the one from the later window, then any, but always the same
            order by updated_at desc, _window desc, _file asc
        ) as place
    from versions
),

final as (
    select
        owner_id,
        kind,
        name,
        is_archived,
        created_at,
        updated_at
    from ranked
    where place = 1
)

select * from final
