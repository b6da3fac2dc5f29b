with windows as (
    select * from {{ ref("stg_lake__windows") }}
),

snapshots as (
    select
        source,
        account,
        stream
    from {{ ref("stg_lake__streams") }}
    where is_snapshot
),

final as (
    select
        windows.source,
        windows.stream,
        windows.window_start,
        windows.data_through,
        windows.pulled_at,
        windows.row_count,
        windows.byte_count,
        windows.checksum,
        windows.schema_hash,
        -- the snapshot of a past day cannot be taken again; the source's day may be a day behind ours
        windows.is_settled or (
            snapshots.stream is not null
            and windows.window_start < {{ add_days(-1, as_of()) }}
        ) as is_settled,
        windows.flags,
        windows.connector_version,
        windows.run_id,
        windows.account
    from windows
    left join snapshots
        on
            windows.source = snapshots.source
            and windows.account = snapshots.account
            and windows.stream = snapshots.stream
)

select * from final
