{{ config(materialized="table") }}

with source as (
    select *
    from {{ read_catalog("streams", {
        "source": "varchar",
        "account": "varchar",
        "stream": "varchar",
        "cadence": "varchar",
        "snapshot": "boolean",
    }) }}
),

renamed as (
    select
        source,
        coalesce(nullif(account, ''), 'main') as account,
        stream,
        cadence,
        snapshot as is_snapshot
    from source
)

select * from renamed
