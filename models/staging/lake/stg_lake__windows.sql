{{ config(materialized="table") }}

with source as (
    select *
    from {{ read_catalog("windows", {
        "source": "varchar",
        "account": "varchar",
        "stream": "varchar",
        "window": "date",
        "data_through": "date",
        "pulled_at": "timestamptz",
        "rows": "bigint",
        "bytes": "bigint",
        "checksum": "varchar",
        "schema_hash": "varchar",
        "settled": "boolean",
        "flags": "varchar []",
        "connector_version": "varchar",
        "run_id": "varchar",
        "files": "varchar []",
        "since": "timestamptz",
        "until": "timestamptz",
    }) }}
),

renamed as (
    select
        source,
        coalesce(nullif(account, ''), 'main') as account,
        stream,
        "window" as window_start,
        data_through,
        pulled_at,
        "rows" as row_count,
        bytes as byte_count,
        checksum,
        schema_hash,
        settled as is_settled,
        flags,
        connector_version,
        run_id,
        files,
        since as covered_from,
        "until" as covered_until
    from source
)

select * from renamed
