with windows as (
    select * from {{ ref("stg_lake__windows") }}
),

final as (
    select
        source,
        stream,
        window_start,
        data_through,
        pulled_at,
        row_count,
        byte_count,
        checksum,
        schema_hash,
        is_settled,
        flags,
        connector_version,
        run_id,
        account
    from windows
)

select * from final
