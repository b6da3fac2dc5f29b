{{ config(materialized="table") }}

with versions as (
    select * from {{ ref("base_hubspot__deals") }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by deal_id
            -- of equally new versions the one from the later window, then any, but always the same
            order by changed_at desc, _window desc, _file asc
        ) as place
    from versions
),

final as (
    select
        deal_id,
        pipeline_id,
        stage_id,
        owner_id,
        amount,
        currency,
        is_closed,
        is_won,
        created_at,
        closed_at,
        changed_at
    from ranked
    where place = 1 and archived_at is null
)

select * from final
