{{ config(materialized="table") }}

with source as (
    select *
    from {{ read_catalog("streams", {
        "source": "varchar",
        "stream": "varchar",
        "cadence": "varchar",
        "snapshot": "boolean",
    }) }}
),

renamed as (
    select
        source,
        stream,
        cadence,
        snapshot as is_snapshot
    from source
)

select * from renamed
