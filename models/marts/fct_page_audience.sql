with snapshots as (
    select * from {{ ref("stg_facebook_pages__page_snapshot") }}
),

final as (
    select
        account,
        snapshot_on as day,
        page_id,
        likes,
        followers
    from snapshots
)

select * from final
