{{ config(materialized="table") }}

with source as (
    select *
    from {{ read_catalog("streams", {
        "source": "varchar",
        "stream": "varchar",
        "cadence": "varchar",
        "snapshot": "boolean",
        "arrives_within_days": "integer",
    }) }}
),

renamed as (
    select
        source,
        stream,
        cadence,
        snapshot as is_snapshot,
        -- a catalog that does not say so promises every row by the next day
        coalesce(arrives_within_days, 0) as arrives_within_days
    from source
)

select * from renamed
